import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

extension Office {
    /// Books with something in every table: drafts, all kinds of documents, payments and what undoes
    /// them, bills, packages, views.
    static func withEverything() throws -> Office {
        let office = try Office()
        try office.addParties()
        try office.addDocuments()
        try office.addPayments()
        return office
    }

    /// What a number names: of several documents the one that another program wrote.
    static func ref(_ reading: Reading, _ number: String) throws -> InvoiceRef {
        let refs = try reading.rows(
            "SELECT invoice, id FROM documents WHERE number = ? AND hidden = 0", [.text(number)]
        ).compactMap { record -> InvoiceRef? in
            guard let invoice = record.text("invoice").flatMap({ RowID($0) }),
                let document = record.text("id").flatMap({ RowID($0) })
            else { return nil }
            return InvoiceRef(invoice: invoice, document: document)
        }
        return try refs.first { $0.document?.kind != .frozen }
            ?? Lookup.invoice(reading, number, for: .writing)
    }

    private func addParties() throws {
        let moment = try Self.moment("2026-03-01")
        _ = try write { writing in
            _ = try Books.edit(
                writing, SettingsInput(details: ["creditor": "FR72ZZZ123456", "address": "Lille"]))
            _ = try Accounts.add(
                writing, iban: "FR1420041010050500013M02606", bic: "BNPAFRPP", at: moment)
            _ = try Clients.add(
                writing,
                ClientInput(
                    name: "Blum",
                    fields: [
                        .kind: "business", .country: "FR", .terms: "30d", .payDay: "20",
                        .cutoff: "5", .perCycle: "one", .iban: "DE89370400440532013000",
                        .mandate: "M-1", .mandateDate: "2026-01-15", .penaltyRate: "12",
                        .email: "blum@example.org", .folder: "north", .owner: "ada",
                    ]), at: moment)
            _ = try Clients.add(writing, ClientInput(name: "Smith"), at: moment)
            _ = try Items.add(
                writing, code: "dev",
                ItemInput(name: "Development", unit: "h", price: "90", rate: "20"))
            _ = try LegalRates.add(
                writing, name: "ecb-main-refinancing",
                from: try #require(CivilDate(iso: "2027-01-01")),
                to: try #require(CivilDate(iso: "2027-06-30")), percent: "2", source: "test")
            _ = try SavedViews.save(
                writing, name: "late", noun: "invoice", where: "late>3", sort: "-open",
                group: "client", isPinned: true, today: moment.today)
            _ = try Bills.add(
                writing,
                BillInput(supplier: "Host", number: "B-1", amount: "120", vat: "20"), at: moment)
            _ = try SeriesBook.open(writing, name: "G", reason: "travels", at: moment)
        }
        _ = try write { writing in
            let client = try Lookup.client(writing, "Blum", for: .writing)
            _ = try Labels.change(writing, client, add: ["press"], remove: [])
            _ = try Packages.new(
                writing, client: client, name: "Hours", units: "10", price: "800", at: moment)
            _ = try Bills.pay(
                writing, try Lookup.bill(writing, "B-1", for: .writing), amount: "50", on: nil,
                at: moment)
        }
    }

    private func addDocuments() throws {
        let client = try read { try Lookup.client($0, "Blum", for: .reading) }
        let smith = try read { try Lookup.client($0, "Smith", for: .reading) }
        try issue(try deposit(client, "Deposit; 1; 300; 20"), series: "F")
        let final = try draft(client, ["Site; 1; 1000; 20", "Book; 2; 12.5; 5.5"])
        _ = try write {
            try Invoices.edit(
                $0, final,
                InvoiceEdit(
                    adjust: [
                        DraftContent.Adjustment(
                            charge: false, percent: try Decimal("10", as: .rate), category: nil,
                            rate: nil)
                    ],
                    deduct: [try Invoices.deposit($0, try Self.ref($0, "F-0001"))]))
        }
        try issue(final, series: "F")
        for _ in 0..<3 { try issue(try draft(client), series: "F") }
        let note = try write {
            try Invoices.credit(
                $0, try Self.ref($0, "F-0004"), .net("100", rate: nil), reason: "late",
                at: Self.moment("2026-03-05"))
        }
        try issue(try #require(RowID(note.id)), date: "2026-03-05", series: "F")
        let corrective = try write {
            try Invoices.correct($0, try Self.ref($0, "F-0005"), at: Self.moment("2026-03-05"))
        }
        try issue(try #require(RowID(corrective.id)), date: "2026-03-05", series: "F")
        var dollars = DraftContent(
            currency: try Currency("USD"), lines: [try DraftContent.Line(syntax: "A; 1; 100; 0")])
        dollars.details[.exchange] = "0.92"
        let foreign = try write {
            try Invoices.new($0, client: smith, dollars, due: nil, at: Self.moment("2026-03-01"))
        }
        try issue(try #require(RowID(foreign.id)), date: "2026-03-05", series: "F")
        _ = try draft(client, ["Draft; 1; 10; 20"])
        _ = try write { writing in
            for (number, kind) in [
                ("F-0002", EventKind.sent), ("F-0003", .extended), ("F-0004", .writtenOff),
                ("F-0003", .assigned),
            ] {
                _ = try Events.add(
                    writing, try Self.ref(writing, number), kind,
                    on: CivilDate(iso: "2026-03-06"),
                    until: kind == .extended ? CivilDate(iso: "2026-05-01") : nil,
                    with: kind == .assigned ? "bo" : nil, at: Self.moment("2026-03-06"))
            }
        }
    }

    private func addPayments() throws {
        try pay("F-0001", "360")
        let part = try pay("F-0003", "1000")
        let moment = try Self.moment("2026-03-10")
        _ = try write { writing in
            let client = try Lookup.client(writing, "Blum", for: .writing)
            _ = try Payments.add(
                writing, client: client, amount: "500", currency: nil, for: [], on: moment.today,
                reference: "early", at: moment)
            _ = try Payments.pay(
                writing, try Self.ref(writing, "F-0008"), amount: "40", on: moment.today,
                euros: "36.50", at: moment)
        }
        _ = try write { writing in
            _ = try Payments.refund(
                writing, client: try Lookup.client(writing, "Blum", for: .writing), amount: "20",
                currency: nil, on: moment.today, at: moment)
            _ = try Receipts.issue(writing, try #require(RowID(part.payment.id)), at: moment)
        }
        let mistaken = try pay("F-0007", "5")
        _ = try write {
            try Payments.reverse(
                $0, try #require(RowID(mistaken.payment.id)), reason: "typo", on: nil, at: moment)
        }
        _ = try write { writing in
            try Archives.record(
                writing, try Archives.make(writing, year: 2025, today: moment.today), at: moment)
        }
    }
}
