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

    private func findings(_ office: Office, on device: Int = 0) throws -> [Billing.Finding] {
        try office.read(on: device) { try Findings.list($0) }
    }

    @Test func `what two devices took back or replaced is found on both`() throws {
        let (office, _) = try office()
        try credit(office, "80", on: 0, date: "2026-03-05")
        #expect(try findings(office).isEmpty)
        try credit(office, "30", on: 1, date: "2026-03-05")
        try office.fleet.settle()
        for device in 0...1 {
            #expect(
                try findings(office, on: device) == [
                    .creditedBeyond(number: "F-0001", notes: ["F-0002", "G-0001"])
                ])
        }
    }

    @Test func `a credit note beside a corrective is found until the corrective is taken back`()
        throws
    {
        let (office, _) = try office()
        try credit(office, "30", on: 0, date: "2026-03-05")
        try correct(office, on: 1, date: "2026-03-05")
        try office.fleet.settle()
        #expect(
            try findings(office) == [.creditedBeyond(number: "F-0001", notes: ["F-0002"])])
        try creditWhole(office, "G-0001")
        #expect(try findings(office).isEmpty)
    }

    private func creditWhole(_ office: Office, _ text: String) throws {
        let view = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, text, for: .writing), .whole, reason: nil,
                at: Office.moment("2026-03-09"))
        }
        try office.issue(try #require(RowID(view.id)), date: "2026-03-09")
    }

    @Test func `an invoice that was replaced twice is found until one is taken back`() throws {
        let (office, _) = try office()
        try correct(office, on: 0, date: "2026-03-05")
        try correct(office, on: 1, date: "2026-03-06", lines: ["A; 1; 80; 0"])
        try office.fleet.settle()
        for device in 0...1 {
            #expect(
                try findings(office, on: device) == [
                    .replacedTwice(number: "F-0001", correctives: ["F-0002", "G-0001"])
                ])
        }
        try creditWhole(office, "G-0001")
        #expect(try findings(office).isEmpty)
        #expect(try office.owed(asOf: "2026-03-31").clients[0].sums.owed == 10_000)
    }

    @Test func `a draft that was issued twice is a finding until one is taken back`() throws {
        let (office, client) = try office()
        for isReplaced in [false, true] {
            let draft = try office.draft(client, ["B; 1; 50; 0"])
            try office.fleet.settle()
            let first = try office.issue(draft, date: "2026-03-09")
            let second = try office.issue(draft, on: 1, date: "2026-03-09")
            try office.fleet.settle()
            // In the order of the days, then the numbers: G has fewer.
            let numbers = [second, first].compactMap(\.number)
            let twice = Billing.Finding.issuedTwice(invoice: draft.text, numbers: numbers)
            #expect(try findings(office) == [twice])
            #expect(try office.owed(asOf: "2026-03-09").findings == [twice])
            if isReplaced {
                let view = try office.write {
                    try Invoices.correct(
                        $0, try Lookup.invoice($0, numbers[0], for: .writing),
                        at: Office.moment("2026-03-09"))
                }
                try office.issue(try #require(RowID(view.id)), date: "2026-03-09")
            } else {
                try creditWhole(office, numbers[1])
            }
            #expect(try findings(office).isEmpty)
            #expect(try office.owed(asOf: "2026-03-09").findings.isEmpty)
        }
    }

    @Test func `a draft of nothing that was issued twice is a finding, too`() throws {
        let (office, client) = try office()
        let draft = try office.draft(client, ["B; 1; 0; 0"])
        try office.fleet.settle()
        try office.issue(draft)
        try office.issue(draft, on: 1)
        try office.fleet.settle()
        let twice = Billing.Finding.issuedTwice(
            invoice: draft.text, numbers: ["G-0001", "F-0002"])
        #expect(try findings(office) == [twice])
        try creditWhole(office, "G-0001")
        #expect(try findings(office).isEmpty)
    }

    @Test func `findings do not stop at a document that cannot be read`() throws {
        let (office, client) = try office()
        let draft = try office.draft(client, ["B; 1; 50; 0"])
        try office.fleet.settle()
        try office.issue(draft)
        try office.issue(draft, on: 1)
        try office.fleet.settle()
        let deposit = try #require(RowID(try office.show("F-0001").document ?? ""))
        let bytes = [UInt8](repeating: 7, count: RowID.byteCount)
        try office.write { writing in
            let row = try #require(RowID(.random, bytes: bytes))
            try writing.put(
                "documents", row,
                [
                    "invoice": .text(draft.text), "corrects": .text(deposit.text), "kind": "384",
                    "series": "G", "sequence": .integer(2), "number": "G-0002", "content": "{}",
                    "date": "2026-03-02",
                ])
            try writing.put(
                "deposits", row, ["invoice": .text(draft.text), "document": .text(deposit.text)])
        }
        let kinds = try findings(office)
        #expect(
            kinds.contains(
                .issuedTwice(invoice: draft.text, numbers: ["G-0001", "F-0002", "G-0002"])))
    }

    @Test func `a number that two documents bear is a finding until one is taken back`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        let drafts = try (1...2).map { _ in try office.draft(client) }
        try office.fleet.publish(0)
        let twin = try office.fleet.copy(0, withState: true)
        let document = try #require(try office.issue(drafts[0]).document)
        try office.issue(drafts[1], on: twin)
        try office.fleet.settle()
        #expect(try findings(office).count == 1)
        _ = try office.write {
            try SeriesBook.open($0, name: "G", reason: "copied", at: Office.moment("2026-03-09"))
        }
        let view = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, document, for: .writing), .whole, reason: nil,
                at: Office.moment("2026-03-09"))
        }
        try office.issue(try #require(RowID(view.id)), date: "2026-03-09", series: "G")
        #expect(try findings(office).isEmpty)
    }
}
