import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// One invoice that two devices correct without knowing of each other: every answer says the same of it.
struct CorrectedApartTests {
    /// Two devices that issue, and F-0001, an invoice of 100 without VAT.
    private func office() throws -> (Office, RowID) {
        let office = try Office(devices: 2)
        let client = try office.client("Blum")
        try office.issue(try office.draft(client, ["A; 1; 100; 0"]))
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "G", reason: "travels", at: Office.moment("2026-03-02"))
        }
        try office.fleet.settle()
        return (office, client)
    }

    private func credit(_ office: Office, _ net: String, on device: Int, date: String) throws {
        let view = try office.write(on: device) {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .net(net, rate: nil),
                reason: nil, at: Office.moment(date))
        }
        try office.issue(try #require(RowID(view.id)), on: device, date: date)
    }

    private func correct(
        _ office: Office, on device: Int, date: String, lines: [String] = []
    ) throws {
        let view = try office.write(on: device) {
            try Invoices.correct(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), at: Office.moment(date))
        }
        let id = try #require(RowID(view.id))
        if let line = lines.first {
            _ = try office.write(on: device) {
                try Invoices.edit(
                    $0, id, InvoiceEdit(replace: [1: try DraftContent.Line(syntax: line)]))
            }
        }
        try office.issue(id, on: device, date: date)
    }

    /// What is owed less the credit, what the statement ends with, and the turnover since the beginning,
    /// as every device says it.
    private func answers(
        _ office: Office, _ client: RowID, asOf date: String, on device: Int
    ) throws -> [Int64] {
        let sums = try office.owed(on: device, asOf: date).clients.first?.sums
        let day = try #require(CivilDate(iso: date))
        return try office.read(on: device) { reading in
            let statement = try Statements.list(reading, client: client, from: .first, to: day)
            let turnover = try Turnovers.list(reading, from: nil, to: day)
            return [
                (sums?.owed ?? 0) - (sums?.credit ?? 0), statement[0].closing,
                turnover[0].perpetualNet, turnover[0].net,
            ]
        }
    }

    @Test func `what one device credited of an invoice that another replaced is the client's`()
        throws
    {
        let (office, client) = try office()
        try credit(office, "30", on: 0, date: "2026-03-05")
        try correct(office, on: 1, date: "2026-03-05")
        try office.fleet.settle()
        for device in 0...1 {
            let sums = try office.owed(on: device, asOf: "2026-03-31").clients.first?.sums
            #expect((sums?.owed, sums?.credit) == (10_000, 3_000))
            #expect(try office.show("F-0001", on: device).balance == -3_000)
            let answers = try answers(office, client, asOf: "2026-03-31", on: device)
            #expect(answers == [7_000, 7_000, 7_000, 7_000])
        }
    }

    /// F-0001 of 100 is replaced by 100 on one device and by 80 on the other: both stand.
    @Test func `an invoice that two devices replaced is taken off once`() throws {
        let (office, client) = try office()
        try correct(office, on: 0, date: "2026-03-05")
        try correct(office, on: 1, date: "2026-03-06", lines: ["A; 1; 80; 0"])
        try office.fleet.settle()
        for device in 0...1 {
            for (date, sum) in [
                ("2026-03-02", 10_000), ("2026-03-05", 10_000), ("2026-03-06", 18_000),
            ] as [(String, Int64)] {
                let answers = try answers(office, client, asOf: date, on: device)
                #expect(answers == [sum, sum, sum, sum], "\(date)")
            }
            // The days of the first alone, and those of the second.
            let (fifth, sixth) = (CivilDate(iso: "2026-03-05"), CivilDate(iso: "2026-03-06"))
            for (day, net) in [(fifth, 0), (sixth, 8_000)] as [(CivilDate?, Int64)] {
                let day = try #require(day)
                let turnover = try office.read(on: device) {
                    try Turnovers.list($0, from: day, to: day)
                }
                #expect(turnover.map(\.net) == [net])
            }
        }
    }
}
