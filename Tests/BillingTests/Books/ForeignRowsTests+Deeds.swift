import Convergence
import Replication
import Testing

@testable import Billing

/// A question to the books, or something done with them.
struct Deed<Books> {
    let name: String
    let body: (Books) throws -> Void

    init(_ name: String, _ body: @escaping (Books) throws -> Void) {
        (self.name, self.body) = (name, body)
    }
}

extension ForeignRowsTests {
    static func reports(_ office: Office) throws -> [Deed<Reading>] {
        let day = try Office.moment("2026-06-01").today
        let blum = try office.read { try Lookup.client($0, "Blum", for: .reading) }
        return lists(day, blum) + documents(day)
    }

    static func acts(_ office: Office) throws -> [Deed<Writing>] {
        let moment = try Office.moment("2026-06-01")
        let blum = try office.read { try Lookup.client($0, "Blum", for: .reading) }
        return money(moment, blum) + drafts(moment) + others(moment)
    }

    private static func lists(_ day: CivilDate, _ client: RowID) -> [Deed<Reading>] {
        [
            Deed("owed") { reading in
                for date in [CivilDate.first, day, .last] {
                    _ = try Ledger.owed(reading, asOf: date).json.text
                    _ = try Ledger.owed(reading, asOf: date, client: client).json.text
                }
            },
            Deed("list of invoices") { reading in
                let list = try Invoices.list(reading, withDetails: true, asOf: day)
                for invoice in list { _ = invoice.json.text }
                _ = try Invoices.open(reading, asOf: day)
                _ = try Sendings.list(reading, list, today: day)
                let query = try Query<InvoiceView>(
                    where: "open>0", sort: "-open,client", group: "client",
                    today: day)
                for group in query.groups(list) { _ = group.sums }
            },
            Deed("list of payments") { reading in
                for payment in try Payments.list(reading) { _ = payment.json.text }
                _ = try Payments.list(reading, asOf: day)
            },
            Deed("statement") { reading in
                for statement in try Statements.list(
                    reading, client: client, from: day.adding(days: -90) ?? .first, to: .last)
                { _ = statement.json.text }
            },
            Deed("turnover") { reading in
                for turnover in try Turnovers.list(reading, from: .first, to: .last) {
                    _ = turnover.json.text
                }
            },
            Deed("income") { reading in
                let months = try Incomes.list(reading, from: .first, to: .last, asOf: day)
                for month in Incomes.totals(of: months) { _ = month.json.text }
            },
            Deed("exchange gains") { reading in
                for gain in try ExchangeGains.list(reading, from: .first, to: .last) {
                    _ = gain.json.text
                }
            },
            Deed("findings") { reading in
                for finding in try Findings.list(reading) { _ = finding.json.text }
                _ = try IssuedConflicts.list(reading)
            },
            Deed("audit") { _ = try DocumentAudit.make($0, log: []).json.text },
            Deed("clients") { reading in
                for view in try Clients.list(reading) { _ = view.json.text }
                _ = try Clients.show(reading, client, asOf: day).json.text
                _ = try Invoices.latest(reading, of: client)
                _ = try Accounts.withholding(reading, from: client)
                _ = try Clients.lineDefaults(reading, for: client)
            },
            Deed("bills") { for bill in try Bills.list($0, asOf: day) { _ = bill.json.text } },
            Deed("views") { reading in
                for view in try SavedViews.list(reading) { _ = view.json.text }
                for count in try PinnedViews.list(reading, today: day) { _ = count.json.text }
            },
            Deed("other lists") { reading in
                _ = try Books.settings(reading).json.text
                for account in try Accounts.list(reading) { _ = account.json.text }
                for series in try SeriesBook.list(reading) { _ = series.json(mine: nil).text }
                for item in try Items.list(reading) { _ = item.json.text }
                for package in try Packages.list(reading) { _ = package.json.text }
                for rate in try LegalRates.list(reading) { _ = rate.json.text }
            },
        ]
    }

    private static func documents(_ day: CivilDate) -> [Deed<Reading>] {
        (1...8).map { number in
            Deed("document F-000\(number)") { reading in
                let ref = try Office.ref(reading, "F-000\(number)")
                _ = try Invoices.show(reading, ref, asOf: day).json.text
                for entry in try History.list(reading, of: ref) { _ = entry.json.text }
                for event in try Events.list(reading, of: ref) { _ = event.json.text }
            }
        }
    }

    /// What is made of what was issued alone, which takes the longest.
    static func prints() -> [Deed<Reading>] {
        [
            Deed("archive") { reading in
                _ = try Archives.make(reading, year: 2026, today: .last).json.text
            },
            print("F-0002"), print("F-0006"),
        ]
    }

    /// Without its code for banks' apps, which takes a hundred times as long as the rest.
    static func print(_ number: String) -> Deed<Reading> {
        Deed("print of \(number)") { reading in
            let ref = try Office.ref(reading, number)
            let content = try Invoices.content(reading, try #require(ref.document))
            guard case .object(let members) = content else { return }
            let others = Billing.JSON.object(members.filter { $0.name != "payment" })
            _ = DocumentText(content: others, format: .text, language: nil)?.text()
        }
    }

    private static func money(_ moment: Moment, _ client: RowID) -> [Deed<Writing>] {
        func unallocated(_ reading: Reading) throws -> RowID {
            try Lookup.payment(reading, "early", for: .writing)
        }
        return [
            Deed("pay") {
                _ = try Payments.pay(
                    $0, try Office.ref($0, "F-0003"), amount: "100", on: nil, at: moment)
            },
            Deed("pay oldest first") {
                _ = try Payments.add(
                    $0, client: client, amount: "3000", currency: nil, for: [], oldestFirst: true,
                    on: nil, at: moment)
            },
            Deed("allocate") {
                _ = try Payments.allocate(
                    $0, try unallocated($0),
                    to: [AllocationInput(invoice: try Office.ref($0, "F-0003"), amount: nil)])
            },
            Deed("reverse") {
                _ = try Payments.reverse(
                    $0, try unallocated($0), reason: nil, on: nil, at: moment)
            },
            Deed("refund") {
                _ = try Payments.refund(
                    $0, client: client, amount: "10", currency: nil, on: nil, at: moment)
            },
            Deed("receipt") {
                _ = try Receipts.issue($0, try unallocated($0), at: moment).json.text
            },
            Deed("interest") {
                _ = try Interests.interest(
                    $0, try Office.ref($0, "F-0003"), on: moment.today
                ).json.text
            },
            Deed("debit") {
                let refs = [try Office.ref($0, "F-0003")]
                let order = try Debits.order(
                    $0, refs, on: moment.today, again: true, at: moment)
                _ = order.json.text
                try Debits.note($0, order, refs, file: "a.xml", at: moment)
            },
            Deed("bill") {
                let bill = try Lookup.bill($0, "B-1", for: .writing)
                _ = try Bills.reverse($0, bill, on: nil, at: moment)
            },
            Deed("pay a bill") {
                let bill = try Lookup.bill($0, "B-1", for: .writing)
                _ = try Bills.pay($0, bill, amount: nil, on: nil, at: moment)
            },
        ]
    }

    private static func drafts(_ moment: Moment) -> [Deed<Writing>] {
        func draft(_ reading: Reading) throws -> RowID {
            try Lookup.draft(reading, "Blum", for: .writing).invoice
        }
        return [
            Deed("check") { reading in
                _ = try Invoices.check(reading, try draft(reading), on: moment.today).json.text
                _ = try Invoices.preview(reading, try draft(reading), on: moment.today)
            },
            Deed("issue") {
                _ = try Invoices.issue($0, try draft($0), on: nil, series: "F", at: moment)
            },
            Deed("edit") {
                _ = try Invoices.edit(
                    $0, try draft($0),
                    InvoiceEdit(append: [try DraftContent.Line(syntax: "More; 1; 5; 20")]))
            },
            Deed("remove") { _ = try Invoices.remove($0, try draft($0)) },
            Deed("credit a part") {
                _ = try Invoices.credit(
                    $0, try Office.ref($0, "F-0003"), .lines([(number: 1, quantity: "1")]),
                    reason: nil, at: moment)
            },
            Deed("credit the rest") {
                _ = try Invoices.credit(
                    $0, try Office.ref($0, "F-0002"), .whole, reason: nil, at: moment)
            },
            Deed("correct") {
                _ = try Invoices.correct($0, try Office.ref($0, "F-0002"), at: moment)
            },
            Deed("repeat") {
                _ = try Invoices.repeat($0, try Office.ref($0, "F-0002"), at: moment)
            },
            Deed("deduct") { writing in
                _ = try? Invoices.deposit(writing, try Office.ref(writing, "F-0001"))
            },
        ]
    }

    private static func others(_ moment: Moment) -> [Deed<Writing>] {
        [
            Deed("use of a package") {
                _ = try Packages.use($0, try Lookup.package($0, "Hours", for: .writing))
            },
            Deed("assign") {
                _ = try Owners.assign(
                    $0, try Office.ref($0, "F-0003"), to: "cy", on: nil, at: moment)
            },
            Deed("note") {
                _ = try Events.add(
                    $0, try Office.ref($0, "F-0003"), .note, on: nil, text: "called", at: moment)
            },
            Deed("series") {
                _ = try SeriesBook.close($0, name: "G", reason: nil, at: moment)
            },
        ]
    }
}
