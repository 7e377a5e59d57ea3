import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ItemTests {
    private func add(_ office: Office, _ code: String, _ input: ItemInput, on device: Int = 0)
        throws -> ItemView
    {
        try office.write(on: device) {
            try Items.add($0, code: code, input)
        }
    }

    @Test func `an item is added once, changed and removed`() throws {
        let office = try Office()
        let item = try add(
            office, "dev-day",
            ItemInput(name: "Développement", unit: "day", price: "450", rate: "20", note: "8 h"))
        #expect(item.price?.text(atLeast: 2) == "450.00")
        #expect(throws: BillingFailure.exists(.item, item.candidate)) {
            try add(office, "DEV-DAY", ItemInput())
        }
        let row = try office.read { try Lookup.item($0, "dev", for: .writing) }
        let edited = try office.write {
            try Items.edit($0, row, ItemInput(unit: "", price: "475.50"))
        }
        #expect(edited.unit == nil)
        #expect(try office.read { try Items.list($0) } == [edited])
        _ = try office.write { try Items.remove($0, row) }
        #expect(try office.read { try Items.list($0) }.isEmpty)
        let again = try add(office, "dev-day", ItemInput(price: "500"))
        #expect(again.id == item.id)
        // Nothing of the former comes back with it.
        #expect(again.rate == nil)
        #expect(try office.read { try Items.list($0) } == [again])
        for (code, input) in [
            ("", ItemInput()), ("a b", ItemInput()), ("a;b", ItemInput()),
            ("a", ItemInput(price: "x")), ("a", ItemInput(rate: "101")),
            ("a", ItemInput(rate: "20", category: "E")), ("a", ItemInput(priceBase: "0")),
        ] {
            #expect(throws: BillingFailure.self, "\(code) \(input)") {
                try add(office, code, input)
            }
        }
    }

    @Test func `a code that two devices enter is one item`() throws {
        let office = try Office(devices: 2)
        _ = try add(office, "dev-day", ItemInput(price: "450"))
        _ = try add(office, "dev-day", ItemInput(price: "480"), on: 1)
        try office.fleet.settle()
        let first = try office.read { try Items.list($0) }
        #expect(first.count == 1)
        #expect(first == (try office.read(on: 1) { try Items.list($0) }))
        #expect(try office.fleet.devices[0].replica.status().conflicts > 0)
    }

    @Test func `a line takes from the rate card what it does not say`() throws {
        let office = try Office()
        _ = try add(
            office, "Dev-Day",
            ItemInput(name: "Développement", unit: "day", price: "450", rate: "20", note: "8 h"))
        _ = try add(office, "print", ItemInput(name: "Print", price: "12", priceBase: "1000"))
        let client = try office.client("Dupont")
        let defaults = try office.read { try Clients.lineDefaults($0, for: client) }
        func line(_ text: String) throws -> DraftContent.Line {
            try DraftContent.Line(syntax: text, defaults: defaults)
        }
        let day = try line("@dev-day; 3")
        #expect(day.name == "Développement")
        #expect(day.unit == "day")
        #expect(day.price.text == "450")
        #expect(day.rate.text == "20")
        #expect(day.category == .standard)
        #expect(day.note == "8 h")
        #expect(day.item == "Dev-Day")
        let other = try line("@dev-day; 2 h; 60; 10; discount=5%: loyal; ref=A-1")
        #expect(other.unit == "h")
        #expect(other.price.text == "60")
        #expect(other.rate.text == "10")
        #expect(other.reference == "A-1")
        #expect(try other.net(decimals: 2) == 11_400)
        #expect(try line("@print; 2500; ; 5.5").net(decimals: 2) == 3_000)
        #expect(
            throws: BillingFailure.notFound(
                .item, text: "dev-dya",
                suggestions: [
                    Candidate(
                        id: try #require(defaults.items["dev-day"]).id, label: "Dev-Day",
                        detail: "Développement")
                ])
        ) { try line("@dev-dya; 3") }
        _ = try add(office, "talk", ItemInput())
        let talk = try office.read { try Clients.lineDefaults($0, for: client) }
        #expect(throws: BillingFailure.line(text: "@talk; 3", .parts(2))) {
            try DraftContent.Line(syntax: "@talk; 3", defaults: talk)
        }
    }

    @Test func `a client's VAT and the franchise fill lines that name none`() throws {
        let office = try Office()
        func added(_ fields: [ClientField: String]) throws -> LineDefaults {
            let client = try office.write {
                try Clients.add(
                    $0, ClientInput(name: "A", fields: fields), at: Office.moment("2026-03-01"))
            }.client
            return try office.read {
                try Clients.lineDefaults($0, for: try #require(RowID(client.id)))
            }
        }
        let plain = try added([:])
        #expect(throws: BillingFailure.line(text: "A; 1; 1", .parts(3))) {
            try DraftContent.Line(syntax: "A; 1; 1", defaults: plain)
        }
        let tenth = try DraftContent.Line(syntax: "A; 1; 1", defaults: added([.rate: "10"]))
        #expect(tenth.rate.text == "10")
        #expect(tenth.category == .standard)
        let abroad = try DraftContent.Line(syntax: "A; 1; 1", defaults: added([.category: "AE"]))
        #expect(abroad.rate == .zero)
        #expect(abroad.category == .reverseCharge)
        let typed = try DraftContent.Line(
            syntax: "A; 1; 1; 20", defaults: added([.category: "AE"]))
        #expect(typed.category == .standard)
        _ = try office.write {
            try Books.edit($0, SettingsInput(details: ["regime": "franchise"]))
        }
        let exempt = try DraftContent.Line(syntax: "A; 1; 1", defaults: added([:]))
        #expect(exempt.category == .exempt)
        #expect(exempt.rate == .zero)
    }
}
