import Testing

@testable import Billing
@testable import jalon

struct `The table of what is owed` {
    private func client(
        _ name: String, _ owner: String, _ buckets: [AgingBucket: Int64], credit: Int64
    )
        -> OwedClient
    {
        var sums = OwedSums(currency: .eur)
        sums.owed = buckets.values.reduce(0, +)
        sums.buckets = buckets
        sums.credit = credit
        let due = CivilDate(iso: "2026-03-31")
        let invoice = OwedClient.Invoice(
            id: name, document: name, number: "F-0001", issued: .first, due: due, status: .overdue,
            flags: [], daysLate: 1, bucket: .upTo30, amount: sums.owed, paid: 0, credited: 0,
            owner: owner)
        return OwedClient(client: name, name: name, sums: sums, invoices: [invoice])
    }

    private func lines(_ clients: [OwedClient], _ width: Int) -> [String] {
        Table.owed(clients).lines(Terminal(width: width, hasColour: false))
    }

    @Test func `cuts names and leaves out owner and day before any amount`() {
        let clients = [
            client(
                "Compagnie générale des pompes funèbres", "Marie",
                [.notDue: 1_111_111, .upTo30: 2_222_222, .upTo60: 3_333_333, .over60: 4_444_444],
                credit: 0),
            client("Blum", "Anne", [:], credit: 5_555_555),
        ]
        let lines = lines(clients, 80)
        // The amounts take 9, 8, 9, 8, 8 and 8 columns, and 12 lie between: 18 are left for names.
        #expect(
            lines == [
                "CLIENT               OWES EUR   NOT DUE  1-30 DAYS     31-60   OVER 60    CREDIT",
                "Compagnie général…  111111.10  11111.11   22222.22  33333.33  44444.44",
                "Blum                     0.00                                           55555.55",
            ])
    }

    @Test func `leaves out amounts that are none before day and owner`() {
        let clients = [
            client("Compagnie générale", "Marie", [.upTo30: 2_222_222], credit: 0),
            client("Blum", "Anne", [.upTo30: 100], credit: 0),
        ]
        #expect(
            lines(clients, 70).first?.split(separator: " ", omittingEmptySubsequences: true)
                .joined(separator: " ") == "CLIENT OWES EUR DUE 1-30 DAYS OVER 60 OWNER")
    }

    @Test func `shows every amount however narrow the window`() {
        let clients = [
            client(
                "Blum", "Anne",
                [.notDue: 1_111_111, .upTo30: 2_222_222, .upTo60: 3_333_333, .over60: 4_444_444],
                credit: 5_555_555)
        ]
        for width in 1...120 {
            let page = lines(clients, width).joined(separator: "\n")
            for amount in ["11111.11", "22222.22", "33333.33", "44444.44", "55555.55"] {
                #expect(page.contains(amount), "\(width)")
            }
        }
    }
}
