import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// Rows as another program, or a member who means no good, may write them: any value in any column.
/// Every report answers or refuses, and every act, too; none ends the program.
struct ForeignRowsTests {
    /// Values of columns, and whether acts are tried with them, which take the longest.
    private static let values: [(value: Value, tries: Bool)] = [
        (.integer(.min), true), (.integer(.max), false), ("9999-12-31", true), (.null, false),
    ]

    private struct TakenBack: Error {}

    /// Asks and does everything, and takes it back.
    private func doEverything(
        _ office: Office, _ reports: [Deed<Reading>], _ acts: [Deed<Writing>], _ label: String
    ) throws {
        func mayRefuse(_ name: String, _ body: () throws -> Void) {
            do {
                try body()
            } catch is TakenBack, is BillingFailure {
            } catch {
                Issue.record("\(name) with \(label): \(error)")
            }
        }
        try office.read { reading in
            for report in reports { mayRefuse(report.name) { try report.body(reading) } }
        }
        for act in acts {
            mayRefuse(act.name) {
                try office.write { writing in
                    try act.body(writing)
                    throw TakenBack()
                }
            }
        }
    }

    @Test func `all that is done with foreign rows is possible with sound ones`() throws {
        let office = try Office.withEverything()
        let reports = try Self.reports(office) + Self.prints()
        try office.read { reading in
            for report in reports {
                #expect(throws: Never.self, "\(report.name)") { try report.body(reading) }
            }
        }
        for act in try Self.acts(office) {
            #expect(throws: TakenBack.self, "\(act.name)") {
                try office.write { writing in
                    try act.body(writing)
                    throw TakenBack()
                }
            }
        }
    }

    @Test(arguments: BillingSchema.schema.tables.map(\.name))
    func `whatever stands in a column, everything answers or refuses`(name: String) throws {
        let office = try Office.withEverything()
        let prints = ["documents", "receipts"].contains(name) ? Self.prints() : []
        let (reports, acts) = (try Self.reports(office) + prints, try Self.acts(office))
        let table = try #require(BillingSchema.schema[name])
        let rows = try office.read {
            try $0.rows("SELECT * FROM \(name) WHERE hidden = 0 ORDER BY id")
        }
        // Those of replication itself have none here.
        #expect(!rows.isEmpty || ["lost", "relays"].contains(name))
        for field in table.fields where field.kind != .counter {
            for (value, triesActs) in Self.values {
                let undo = try put(office, table, rows, field.name, value)
                try doEverything(
                    office, reports, triesActs ? acts : [], "\(field.name) = \(value)")
                try office.write(undo)
            }
        }
    }

    /// F-0002, a final invoice with a deposit, a discount and two rates, and F-0006, a credit note.
    @Test(arguments: ["F-0002", "F-0006"])
    func `whatever a frozen document says, it is shown and counted or refused`(
        number: String
    ) throws {
        let office = try Office.withEverything()
        let (reports, acts) = (
            try Self.reports(office) + [Self.print(number)], try Self.acts(office)
        )
        let table = try #require(BillingSchema.schema["documents"])
        let rows = try office.read {
            try $0.rows("SELECT * FROM documents WHERE number = ?", [.text(number)])
        }
        let content = try Billing.JSON(
            reading: Array(try #require(rows.first?.text("content")).utf8))
        let foreign = Self.foreign(content)
        #expect(foreign.count > 50)
        for (place, changed) in foreign {
            let undo = try put(office, table, rows, "content", .text(changed.text))
            try doEverything(office, reports, acts, place)
            try office.write(undo)
        }
    }

    /// The JSON with each number in turn as small and as large as can be, and each text as none.
    private static func foreign(_ json: Billing.JSON) -> [(place: String, json: Billing.JSON)] {
        switch json {
        case .number: [Int64.min, .max].map { ("\($0)", .integer($0)) }
        case .string: [("no text", .null)]
        case .array(let elements):
            elements.indices.flatMap { index in
                foreign(elements[index]).map { place, changed in
                    var elements = elements
                    elements[index] = changed
                    return ("\(index).\(place)", .array(elements))
                }
            }
        case .object(let members):
            members.indices.flatMap { index in
                foreign(members[index].value).map { place, changed in
                    var members = members
                    members[index] = Billing.JSON.Member(members[index].name, changed)
                    return ("\(members[index].name).\(place)", .object(members))
                }
            }
        case .bool, .null: []
        }
    }

    /// Gives a field of all rows a value: of frozen rows, which nobody edits, to others like them. What
    /// undoes it.
    private func put(
        _ office: Office, _ table: Table, _ rows: [Record], _ field: String, _ value: Value
    ) throws -> (Writing) throws -> Void {
        var undoings: [(Writing) throws -> Void] = []
        _ = try office.write { writing in
            for (place, record) in rows.enumerated() {
                guard let row = record.text("id").flatMap({ RowID($0) }) else { continue }
                guard row.kind == .frozen else {
                    try writing.put(table.name, row, [field: value])
                    let former = record[field]
                    undoings.append { try $0.put(table.name, row, [field: former]) }
                    continue
                }
                let twin = try #require(
                    RowID(.random, bytes: [UInt8](repeating: UInt8(place), count: RowID.byteCount)))
                var fields = Dictionary(
                    uniqueKeysWithValues: table.fields.map { ($0.name, record[$0.name]) })
                fields[field] = value
                try writing.restore(table.name, twin)
                try writing.put(table.name, twin, fields)
                undoings.append { try $0.remove(table.name, twin) }
            }
        }
        return { [undoings] writing in for undo in undoings { try undo(writing) } }
    }
}
