import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PayCycleTests {
    private func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

    private func client(
        _ office: Office, _ name: String, terms: String? = nil, perCycle: String? = nil
    ) throws -> RowID {
        var fields: [ClientField: String] = [.payDay: "28", .cutoff: "20"]
        fields[.terms] = terms
        fields[.perCycle] = perCycle
        let added = try office.write {
            try Clients.add(
                $0, ClientInput(name: name, fields: fields), at: Office.moment("2026-03-01"))
        }
        return try #require(RowID(added.client.id))
    }

    /// What waits to be sent: what it is, by when, when it is paid then, and what is there already.
    private func toSend(_ office: Office, on today: String) throws -> [[String]] {
        let day = try day(today)
        return try office.read {
            try Sendings.list($0, try Invoices.list($0, asOf: day), today: day)
        }.map {
            [
                $0.invoice.number ?? $0.invoice.clientName, $0.sendBy.iso, $0.paid.iso,
                $0.other ?? "",
            ]
        }
    }

    private func send(_ office: Office, _ number: String, on date: String) throws {
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, number, for: .writing), .sent,
                on: CivilDate(iso: date), at: Office.moment(date))
        }
    }

    @Test(
        arguments: [
            // In time for the cut-off, and a day late.
            ("28", "20", "2026-03-05", "2026-03-20", "2026-03-20", "2026-03-28"),
            ("28", "20", "2026-03-05", "2026-03-21", "2026-04-20", "2026-04-28"),
            // Due on the pay day, and a day behind it.
            ("28", "20", "2026-03-28", "2026-03-01", "2026-03-20", "2026-03-28"),
            ("28", "20", "2026-03-29", "2026-03-01", "2026-04-20", "2026-04-28"),
            // Over the end of a year.
            ("28", "20", "2026-12-29", "2026-12-01", "2027-01-20", "2027-01-28"),
            // A cut-off of the month before.
            ("5", "25", "2026-04-05", "2026-03-25", "2026-03-25", "2026-04-05"),
            ("5", "25", "2026-04-05", "2026-03-26", "2026-04-25", "2026-05-05"),
            ("5", "25", "2026-04-06", "2026-03-25", "2026-04-25", "2026-05-05"),
            // The last day of any month, without a cut-off.
            ("31", nil, "2026-02-10", "2026-02-28", "2026-02-28", "2026-02-28"),
            ("31", nil, "2026-02-10", "2026-03-01", "2026-03-31", "2026-03-31"),
        ] as [(String, String?, String, String, String, String)])
    func `an invoice is paid on the first pay day after it fell due whose cut-off it met`(
        payDay: String, cutoff: String?, due: String, sent: String, sendBy: String, paid: String
    ) throws {
        let cycle = PayCycle(
            payDay: try #require(Int(payDay)), cutoff: cutoff.flatMap { Int($0) })
        let payment = cycle.payment(of: try day(due), sent: try day(sent))
        #expect(payment?.sendBy.iso == sendBy)
        #expect(payment?.paid.iso == paid)
    }

    /// Issued on 2 March with 30 days it falls due on 1 April, behind the pay day of March.
    @Test
    func `what was issued and not sent waits for the cut-off, what was sent or paid does not`()
        throws
    {
        let office = try Office()
        let client = try client(office, "Dupont")
        for _ in 1...2 { try office.issue(try office.draft(client)) }
        try office.issue(try office.draft(try office.client("Without a pay day")))
        let first = ["F-0001", "2026-04-20", "2026-04-28", ""]
        let second = ["F-0002", "2026-04-20", "2026-04-28", ""]
        #expect(try toSend(office, on: "2026-03-10") == [first, second])
        try send(office, "F-0001", on: "2026-03-12")
        #expect(try toSend(office, on: "2026-03-12") == [second])
        #expect(try toSend(office, on: "2026-03-11") == [first, second])
        // The cut-off of April is past.
        #expect(
            try toSend(office, on: "2026-04-21") == [["F-0002", "2026-05-20", "2026-05-28", ""]])
        try office.pay("F-0002", "1620", date: "2026-04-22")
        #expect(try toSend(office, on: "2026-04-22") == [])
    }

    @Test func `more time counts as the day on which an unsent invoice falls due`() throws {
        let office = try Office()
        try office.issue(try office.draft(try client(office, "Dupont")))
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .extended,
                on: CivilDate(iso: "2026-03-03"), until: CivilDate(iso: "2026-04-29"),
                at: Office.moment("2026-03-03"))
        }
        #expect(
            try toSend(office, on: "2026-03-03") == [["F-0001", "2026-05-20", "2026-05-28", ""]])
    }

    /// On 10 March: of what is due at once the cut-off of March decides. With 30 days it is due on 9
    /// April and paid on the 28th; 30 days before that is 29 March.
    @Test func `a draft waits as long as its terms and the cut-off let it be paid as soon`() throws
    {
        let office = try Office()
        _ = try office.draft(try client(office, "At once", terms: "0d"))
        _ = try office.draft(try client(office, "In thirty days"))
        #expect(
            try toSend(office, on: "2026-03-10") == [
                ["At once", "2026-03-20", "2026-03-28", ""],
                ["In thirty days", "2026-03-29", "2026-04-28", ""],
            ])
        #expect(
            try toSend(office, on: "2026-03-30") == [
                ["At once", "2026-04-20", "2026-04-28", ""],
                // Due on 29 April; 30 days before 28 May is 28 April.
                ["In thirty days", "2026-04-28", "2026-05-28", ""],
            ])
    }

    @Test func `a second invoice for one pay day is told where the client takes one at a time`()
        throws
    {
        let office = try Office()
        let one = try client(office, "One", terms: "0d", perCycle: "one")
        let several = try client(office, "Several", terms: "0d", perCycle: "several")
        for (client, date) in [(one, "2026-03-01"), (several, "2026-03-02")] {
            try office.issue(try office.draft(client))
            _ = try office.draft(client, date: date)
        }
        try send(office, "F-0001", on: "2026-03-02")
        let march = ["2026-03-20", "2026-03-28"]
        #expect(
            try toSend(office, on: "2026-03-10") == [
                ["F-0002"] + march + [""], ["One"] + march + ["F-0001"],
                ["Several"] + march + [""],
            ])
        // F-0001 was in time for March, the draft is not.
        #expect(
            try toSend(office, on: "2026-03-21").first { $0[0] == "One" }
                == ["One", "2026-04-20", "2026-04-28", ""])
    }
}
