import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct SeriesTests {
    private let moment: Moment

    init() throws { moment = try Office.moment("2026-03-03") }

    private func claims(_ office: Office, on device: Int = 0) throws -> [SeriesClaim] {
        try office.read(on: device) { try SeriesBook.list($0) }
    }

    @Test func `the books' first writer has the series F`() throws {
        let office = try Office()
        let claim = try #require(try claims(office).first)
        #expect(claim.name == "F")
        #expect(claim.state == .open)
        #expect(claim.nextNumber == "F-0001")
    }

    @Test func `another device opens its own before it issues`() throws {
        let office = try Office(devices: 2)
        let client = try office.client("Dupont")
        let draft = try office.draft(client)
        try office.fleet.settle()
        #expect(throws: BillingFailure.noSeries(known: try claims(office))) {
            try office.issue(draft, on: 1)
        }
        #expect(throws: BillingFailure.seriesExists(try claims(office)[0])) {
            try office.write(on: 1) { try SeriesBook.open($0, name: "f", reason: nil, at: moment) }
        }
        #expect(throws: BillingFailure.seriesNotOurs(try claims(office)[0])) {
            try office.issue(draft, on: 1, series: "F")
        }
        #expect(throws: BillingFailure.seriesUnknown(name: "G", known: ["F"])) {
            try office.issue(draft, on: 1, series: "G")
        }
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "F2", reason: "field phone", at: moment)
        }
        #expect(try office.issue(draft, on: 1).number == "F2-0001")
        try office.fleet.settle()
        #expect(try claims(office).map(\.name) == ["F", "F2"])
        #expect(try claims(office).map(\.lastNumber) == [0, 1])
        #expect(try claims(office)[1].reason == "field phone")
        #expect(try office.show("f2-0001").number == "F2-0001")
    }

    @Test(arguments: ["", "a b", "é", "F;", "-F", "123456789012345678901"])
    func `a series has a lawful name`(name: String) throws {
        let office = try Office()
        #expect(throws: BillingFailure.seriesName(text: name)) {
            try office.write { try SeriesBook.open($0, name: name, reason: nil, at: moment) }
        }
    }

    @Test func `joined books decide nothing before their first sync`() throws {
        let office = try Office()
        let joined = try office.fleet.add(name: "phone", schema: BillingSchema.schema)
        #expect(throws: BillingFailure.booksEmpty) {
            try office.write(on: joined) {
                try SeriesBook.open($0, name: "F2", reason: nil, at: moment)
            }
        }
        #expect(throws: BillingFailure.booksEmpty) {
            try office.read(on: joined) { try Books.settings($0) }
        }
    }

    @Test func `a copy continues the series and the old writer stops`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.draft(client))
        let copy = try office.fleet.copy(0, withState: false)
        let draft = try office.draft(client, on: copy)
        #expect(throws: BillingFailure.noSeries(known: try claims(office))) {
            try office.issue(draft, on: copy)
        }
        #expect(throws: BillingFailure.lastNumberTooLow(series: "F", given: 0, known: 1)) {
            try office.write(on: copy) {
                try SeriesBook.continue($0, name: "F", last: "0", at: moment)
            }
        }
        let claim = try office.write(on: copy) {
            try SeriesBook.continue($0, name: "F", last: "F-0003", at: moment)
        }
        #expect(claim.nextNumber == "F-0004")
        #expect(try office.issue(draft, on: copy).number == "F-0004")
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write(on: copy) { try SeriesBook.continue($0, name: "F", at: moment) }
        }
        try office.fleet.settle()
        #expect(throws: BillingFailure.self) { try office.issue(try office.draft(client)) }
        #expect(
            try office.read { try Findings.list($0) } == [
                .numbersMissing(series: "F", from: 2, to: 3)
            ])
    }

    @Test
    func `a series that two devices continued at once is nobody's until it is continued anew`()
        throws
    {
        let office = try Office(devices: 3)
        for device in 1...2 {
            _ = try office.write(on: device) { try SeriesBook.continue($0, name: "F", at: moment) }
        }
        try office.fleet.settle()
        let claim = try claims(office)[0]
        #expect(claim.state == .claimedTwice)
        #expect(claim.writers.count == 2)
        #expect(try office.read { try Findings.list($0) } == [.seriesClaimedTwice(claim)])
        let draft = try office.draft(try office.client("Dupont", on: 1), on: 1)
        #expect(throws: BillingFailure.noSeries(known: [claim])) { try office.issue(draft, on: 1) }
        _ = try office.write(on: 1) { try SeriesBook.continue($0, name: "F", at: moment) }
        #expect(try office.issue(draft, on: 1).number == "F-0001")
    }

    @Test func `a closed series stays closed`() throws {
        let office = try Office()
        let closed = try office.write {
            try SeriesBook.close($0, name: "F", reason: "misdated", at: moment)
        }
        #expect(closed.state == .closed)
        #expect(try claims(office)[0].state == .closed)
        let draft = try office.draft(try office.client("Dupont"))
        #expect(throws: BillingFailure.noSeries(known: [])) { try office.issue(draft) }
        #expect(throws: BillingFailure.self) {
            try office.write { try SeriesBook.continue($0, name: "F", at: moment) }
        }
        _ = try office.write { try SeriesBook.open($0, name: "2026/B", reason: nil, at: moment) }
        #expect(try office.issue(draft).number == "2026/B-0001")
    }

    @Test func `a writer with two series names the one it means`() throws {
        let office = try Office()
        _ = try office.write { try SeriesBook.open($0, name: "A", reason: nil, at: moment) }
        let draft = try office.draft(try office.client("Dupont"))
        #expect(throws: BillingFailure.severalSeries(["A", "F"])) { try office.issue(draft) }
        #expect(try office.issue(draft, series: "A").number == "A-0001")
    }

    @Test func `documents that one transaction issues have numbers of their own, in order`() throws
    {
        let office = try Office()
        let client = try office.client("Dupont")
        let drafts = try (1...3).map { _ in try office.draft(client) }
        let issued = try office.write { writing in
            try drafts.map {
                try Invoices.issue(
                    writing, $0, on: CivilDate(iso: "2026-03-03"), at: moment
                ).invoice.number
            }
        }
        #expect(issued == ["F-0001", "F-0002", "F-0003"])
        #expect(try office.read { try Findings.ofNumbers($0) }.isEmpty)
        let more = try (1...2).map { _ in try office.draft(client) }
        #expect(throws: BillingFailure.alreadyIssued(number: "F-0004")) {
            try office.write { writing in
                for _ in 1...2 { _ = try Invoices.issue(writing, more[0], on: nil, at: moment) }
            }
        }
        // Within a transaction too, numbers follow the dates.
        #expect(throws: BillingFailure.self) {
            try office.write { writing in
                for (draft, date) in zip(more, ["2026-03-05", "2026-03-04"]) {
                    _ = try Invoices.issue(writing, draft, on: CivilDate(iso: date), at: moment)
                }
            }
        }
        #expect(try claims(office)[0].lastNumber == 3)
    }

    @Test func `receipts that one transaction gives have numbers of their own`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let payments = try (1...2).map { _ in
            let number = try #require(try office.issue(try office.draft(client)).number)
            return try #require(RowID(try office.pay(number, "10").payment.id))
        }
        let numbers = try office.write { writing in
            try payments.map { try Receipts.issue(writing, $0, at: moment).number }
        }
        #expect(numbers == ["RF-0001", "RF-0002"])
    }
}
