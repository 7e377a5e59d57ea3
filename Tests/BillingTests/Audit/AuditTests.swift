import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct DocumentAuditTests {
    private func audit(_ office: Office, on device: Int = 0) throws -> DocumentAudit {
        let log = try office.fleet.devices[device].replica.log()
        return try office.read(on: device) { try DocumentAudit.make($0, log: log) }
    }

    private func issued() throws -> Office {
        let office = try Office(devices: 2)
        let client = try office.client("Dupont")
        for date in ["2026-03-02", "2026-03-02", "2026-04-01"] {
            try office.issue(try office.draft(client, ["A; 1; 100; 20"]), date: date)
        }
        try office.fleet.settle()
        return office
    }

    @Test func `each document is proven by the change that made it`() throws {
        let office = try issued()
        for device in 0...1 {
            let found = try audit(office, on: device)
            #expect(found.findings.isEmpty)
            let series = try #require(found.series.first)
            #expect(series.name == "F")
            #expect(series.first?.number == "F-0001")
            #expect(series.last?.number == "F-0003")
            #expect(series.last?.date?.iso == "2026-04-01")
            #expect(series.sums.map(\.total) == [36_000])
            #expect(series.entries.allSatisfy { $0.change != nil && $0.device != nil })
        }
        #expect(try audit(office) == (try audit(office, on: 1)))
    }

    @Test func `gaps and dates that go back are found`() throws {
        let office = try issued()
        _ = try office.write {
            let row = try $0.rows("SELECT * FROM documents WHERE number = 'F-0002'")[0]
            var values: [String: Value] = [:]
            for field in ["invoice", "client", "kind", "currency", "content", "hash", "draft"] {
                values[field] = row[field]
            }
            for field in ["net", "vat", "gross", "total"] { values[field] = row[field] }
            values["series"] = "F"
            values["sequence"] = 5
            values["number"] = "F-0005"
            values["date"] = "2026-03-15"
            values["due"] = "2026-04-15"
            return try $0.freeze("documents", values)
        }
        let findings = try audit(office).findings
        #expect(findings.contains(.numbersMissing(series: "F", from: 4, to: 4)))
        #expect(findings.contains(.dateWentBack(number: "F-0005", after: "F-0003")))
    }

    @Test func `a row that no change made as it stands is unproven`() throws {
        let office = try issued()
        let log = try office.fleet.devices[0].replica.log()
        let shortened = log.filter { entry in
            guard case .operations(let operations) = entry.content else { return true }
            return !operations.contains { operation in
                if case .put("documents", _, let fields) = operation {
                    return fields.contains { $0.field == "number" && $0.value == "F-0002" }
                }
                return false
            }
        }
        #expect(shortened.count == log.count - 1)
        let found = try office.read { try DocumentAudit.make($0, log: shortened) }
        let row = try #require(found.series[0].entries.first { $0.number == "F-0002" })
        #expect(found.findings == [.documentUnproven(number: "F-0002", document: row.id)])
        #expect(row.change == nil)
    }
}

struct ArchiveTests {
    @Test func `a closed year becomes files with hashes, and an open one is refused`() throws {
        let office = try Office()
        let client = try office.client("=Dupont, Fils")
        try office.issue(try office.draft(client, ["A; 1; 100; 20"]), date: "2026-03-02")
        try office.pay("F-0001", "20", date: "2026-03-05")
        try office.issue(
            try office.draft(client, ["A; 1; 50; 20"], date: "2027-01-01"), date: "2027-01-02")
        let today = try #require(CivilDate(iso: "2027-01-05"))
        #expect(throws: BillingFailure.yearOpen(year: 2027)) {
            try office.read { try Archives.make($0, year: 2027, today: today) }
        }
        let archive = try office.read { try Archives.make($0, year: 2026, today: today) }
        #expect(archive.documents == 1)
        #expect(
            archive.files.map(\.path) == [
                "README.txt", "documents.csv", "documents/F-0001.json", "documents/F-0001.txt",
                "payments.csv", "totals.json",
            ])
        let hash = try office.show("F-0001").hash
        #expect(archive.manifest.contains("\(hash ?? "none")  documents/F-0001.json\n"))
        for file in archive.files {
            #expect(
                archive.manifest.contains(
                    "\(ContentHash.hexadecimal(file.text.utf8))  \(file.path)\n"))
        }
        let index = try #require(archive.files.first { $0.path == "documents.csv" }).text
        #expect(
            index.contains(
                "F,F-0001,invoice,2026-03-02,\"'=Dupont, Fils\",EUR,100.00,20.00,120.00,"))
        #expect(try office.read { try Archives.make($0, year: 2026, today: today) } == archive)
        _ = try office.write {
            try Archives.record($0, archive, at: Office.moment("2027-01-05"))
        }
        let kept = try office.read { try $0.rows("SELECT * FROM archives") }.first
        #expect(kept?.text("hash") == archive.hash)
        #expect(kept?.integer("year") == 2026)
    }

    @Test func `spreadsheets take no text for a formula, and numbers stay numbers`() {
        #expect(
            CSV.text([["=1+1", "-12.50", "+33", "@a", "a\"b", "x,y", "-a", ""]])
                == "'=1+1,-12.50,'+33,'@a,\"a\"\"b\",\"x,y\",'-a,\r\n")
    }

    @Test func `totals of some days and since the beginning`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.draft(client, ["A; 1; 100; 20"]), date: "2025-12-31")
        try office.issue(
            try office.draft(client, ["A; 1; 100; 20", "B; 1; 50; 5.5"]), date: "2026-03-02")
        let note = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0002", for: .writing), .net("10", rate: "20"),
                reason: nil, at: Office.moment("2026-03-03"))
        }
        try office.issue(try #require(RowID(note.id)), date: "2026-03-03")
        let found = try office.read {
            try Turnovers.list(
                $0, from: CivilDate(iso: "2026-01-01"),
                to: try #require(CivilDate(iso: "2026-12-31")))
        }
        #expect(found.count == 1)
        #expect(found[0].documents == 2)
        #expect(found[0].groups.map(\.basis) == [9_000, 5_000])
        #expect(found[0].groups.map(\.vat) == [1_800, 275])
        #expect(found[0].perpetualDocuments == 3)
        #expect(found[0].perpetualNet == 24_000)
        #expect(found[0].perpetualVAT == 4_075)
    }
}
