import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// A few devices with the same books, and short words for what tests do with them.
struct Office {
    let fleet: Fleet

    /// Devices that know the books' settings; the first made them.
    init(devices: Int = 1, country: String? = nil, seed: UInt64 = 1) throws {
        fleet = try Fleet(devices: devices, seed: seed, schema: BillingSchema.schema)
        _ = try write {
            try Books.initialise(
                $0, name: "Atelier Nord", currency: nil, country: country,
                at: Self.moment("2026-03-01"))
        }
        if devices > 1 { try fleet.settle() }
    }

    static func moment(_ iso: String) throws -> Moment {
        let date = try #require(CivilDate(iso: iso))
        return Moment(today: date, milliseconds: Int64(date.day) * 86_400_000 + 43_200_000)
    }

    func write<Result>(on device: Int = 0, _ body: (Writing) throws -> Result) throws -> Result {
        try fleet.devices[device].replica.write(body)
    }

    func read<Result>(on device: Int = 0, _ body: (Reading) throws -> Result) throws -> Result {
        try fleet.devices[device].replica.read(body)
    }

    func client(_ name: String, on device: Int = 0, terms: String? = nil) throws -> RowID {
        let change = try write(on: device) {
            try Clients.add(
                $0, ClientInput(name: name, terms: terms), at: Self.moment("2026-03-01"))
        }
        return try #require(RowID(change.client.id))
    }

    func draft(
        _ client: RowID, _ lines: [String] = ["Design; 3; 450.00; 20"], on device: Int = 0,
        date: String = "2026-03-01"
    ) throws -> RowID {
        let content = DraftContent(
            currency: .eur, lines: try lines.map { try DraftContent.Line(syntax: $0) })
        let view = try write(on: device) {
            try Invoices.new($0, client: client, content, due: nil, at: Self.moment(date))
        }
        return try #require(RowID(view.id))
    }

    /// A draft of a deposit invoice with one line.
    func deposit(_ client: RowID, _ line: String, on device: Int = 0) throws -> RowID {
        var content = DraftContent(
            currency: .eur, lines: [try DraftContent.Line(syntax: line)])
        content.kind = .deposit
        let view = try write(on: device) {
            try Invoices.new(
                $0, client: client, content, due: nil, at: Self.moment("2026-03-01"))
        }
        return try #require(RowID(view.id))
    }

    @discardableResult
    func issue(
        _ invoice: RowID, on device: Int = 0, date: String = "2026-03-02", series: String? = nil
    ) throws -> InvoiceView {
        try write(on: device) {
            try Invoices.issue(
                $0, invoice, on: CivilDate(iso: date), series: series, at: Self.moment(date))
        }.invoice
    }

    @discardableResult
    func pay(_ text: String, _ amount: String, on device: Int = 0, date: String = "2026-03-10")
        throws -> PaymentResult
    {
        try write(on: device) { writing in
            let ref = try Lookup.invoice(writing, text, for: .writing)
            return try Payments.pay(
                writing, ref, amount: amount, on: CivilDate(iso: date), at: Self.moment(date))
        }
    }

    func show(_ text: String, on device: Int = 0, asOf: String = "2026-03-10") throws -> InvoiceView
    {
        try read(on: device) { reading in
            let ref = try Lookup.invoice(reading, text, for: .reading)
            return try Invoices.show(reading, ref, asOf: try #require(CivilDate(iso: asOf)))
        }
    }

    func owed(on device: Int = 0, asOf: String) throws -> Owed {
        try read(on: device) { try Ledger.owed($0, asOf: try #require(CivilDate(iso: asOf))) }
    }
}
