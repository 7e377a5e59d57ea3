import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct DebitTests {
    /// Books that may collect, and two clients with mandates: Dupont & Fils with an invoice of 100.00, of
    /// which 30.00 came, and one of 20.00; Zoë, between businesses, with one of 1 234.56.
    private func office() throws -> Office {
        let office = try Office()
        _ = try office.write {
            try Books.edit($0, SettingsInput(details: ["creditor": "FR72ZZZ123456"]))
        }
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", bic: "BNPAFRPP",
                at: Office.moment("2026-03-01"))
        }
        let dupont = try office.client("Dupont & Fils")
        let zoe = try office.client("Zoë")
        try edit(
            office, dupont,
            [.iban: "DE89370400440532013000", .mandate: "M-1", .mandateDate: "2026-01-15"])
        try edit(
            office, zoe,
            [
                .iban: "NL91ABNA0417164300", .bic: "ABNANL2A", .mandate: "M-2",
                .mandateDate: "2026-02-01", .mandateScheme: "b2b",
            ])
        try office.issue(try office.draft(dupont, ["A; 1; 100; 0"]))
        try office.issue(try office.draft(dupont, ["B; 1; 20; 0"]))
        try office.issue(try office.draft(zoe, ["C; 1; 1234.56; 0"]))
        try office.pay("F-0001", "30")
        return office
    }

    private func edit(_ office: Office, _ client: RowID, _ fields: [ClientField: String]) throws {
        _ = try office.write { try Clients.edit($0, client, ClientInput(fields: fields)) }
    }

    @discardableResult
    private func order(
        _ office: Office, _ numbers: [String], on date: String = "2026-04-05",
        today: String = "2026-03-20", again: Bool = false
    ) throws -> DebitOrder {
        try office.write { books in
            let refs = try numbers.map { try Lookup.invoice(books, $0, for: .writing) }
            let order = try Debits.order(
                books, refs, on: try #require(CivilDate(iso: date)), again: again,
                at: Office.moment(today))
            try Debits.note(books, order, refs, file: "d.xml", at: Office.moment(today))
            return order
        }
    }

    /// The elements in the order of the file, with their depth and text: enough of XML for a file that
    /// has an element on each line.
    private func elements(_ text: String) throws -> [(path: String, text: String)] {
        var stack: [String] = []
        var result: [(path: String, text: String)] = []
        let lines = text.split(separator: "\n")
        try #require(lines.first == #"<?xml version="1.0" encoding="UTF-8"?>"#)
        for line in lines.dropFirst() {
            let line = line.drop { $0 == " " }
            try #require(line.first == "<" && line.last == ">", "\(line)")
            if line.hasPrefix("</") {
                try #require(String(line.dropFirst(2).dropLast()) == stack.popLast())
                continue
            }
            let tag = line.dropFirst().prefix { $0 != ">" }
            let name = String(tag.prefix { $0 != " " })
            let rest = line.dropFirst(tag.count + 2)
            let path = (stack + [name]).joined(separator: "/")
            if rest.isEmpty {
                stack.append(name)
                result.append((path, ""))
            } else {
                let end = "</\(name)>"
                try #require(rest.hasSuffix(end))
                result.append((path, String(rest.dropLast(end.count))))
            }
        }
        try #require(stack.isEmpty)
        return result
    }

    private func values(_ file: [(path: String, text: String)], _ suffix: String) -> [String] {
        file.filter { $0.path.hasSuffix(suffix) }.map(\.text)
    }

    /// The children of each element in the order of the schema `pain.008.001.08`, as far as the EPC's
    /// guidelines (EPC130-08) use them.
    private static let schema: [String: [String]] = [
        "CstmrDrctDbtInitn": ["GrpHdr", "PmtInf"],
        "GrpHdr": ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"],
        "PmtInf": [
            "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdColltnDt",
            "Cdtr", "CdtrAcct", "CdtrAgt", "UltmtCdtr", "ChrgBr", "CdtrSchmeId", "DrctDbtTxInf",
        ],
        "PmtTpInf": ["SvcLvl", "LclInstrm", "SeqTp", "CtgyPurp"],
        "DrctDbtTxInf": [
            "PmtId", "InstdAmt", "DrctDbtTx", "UltmtCdtr", "DbtrAgt", "Dbtr", "DbtrAcct",
            "UltmtDbtr", "Purp", "RmtInf",
        ],
        "PmtId": ["InstrId", "EndToEndId"], "MndtRltdInf": ["MndtId", "DtOfSgntr", "AmdmntInd"],
        "Othr": ["Id", "SchmeNm"],
    ]

    @Test func `the file has the elements of the schema in its order, and sums that add up`() throws
    {
        let office = try office()
        let order = try order(office, ["F-0001", "F-0003", "F-0002"])
        let file = try elements(order.text)
        #expect(order.text.contains(#"xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08""#))
        for (parent, children) in Self.schema {
            // Every time that a parent stands there, its children follow the order.
            var last = -1
            for element in file {
                let parts = element.path.split(separator: "/").map(String.init)
                if parts.last == parent { last = -1 }
                guard parts.count >= 2, parts[parts.count - 2] == parent else { continue }
                let name = try #require(parts.last)
                let place = try #require(children.firstIndex(of: name), "\(element.path)")
                #expect(place >= last, "\(element.path)")
                last = place
            }
        }
        // M-1 for the first time and again, M-2 for the first time and between businesses.
        #expect(values(file, "PmtTpInf/SeqTp") == ["FRST", "FRST", "RCUR"])
        #expect(values(file, "LclInstrm/Cd") == ["CORE", "B2B", "CORE"])
        #expect(values(file, "GrpHdr/NbOfTxs") == ["3"])
        #expect(values(file, "GrpHdr/CtrlSum") == ["1324.56"])
        #expect(values(file, "PmtInf/NbOfTxs") == ["1", "1", "1"])
        #expect(values(file, "PmtInf/CtrlSum") == ["70.00", "1234.56", "20.00"])
        #expect(values(file, "InstdAmt") == ["70.00", "1234.56", "20.00"])
        #expect(order.text.contains(#"<InstdAmt Ccy="EUR">70.00</InstdAmt>"#))
        #expect(values(file, "EndToEndId") == ["F-0001", "F-0003", "F-0002"])
        #expect(values(file, "MndtId") == ["M-1", "M-2", "M-1"])
        #expect(values(file, "DtOfSgntr") == ["2026-01-15", "2026-02-01", "2026-01-15"])
        #expect(values(file, "ReqdColltnDt") == ["2026-04-05", "2026-04-05", "2026-04-05"])
        #expect(values(file, "Dbtr/Nm") == ["Dupont + Fils", "Zoe", "Dupont + Fils"])
        #expect(values(file, "DbtrAcct/Id/IBAN").first == "DE89370400440532013000")
        #expect(values(file, "DbtrAgt/FinInstnId/BICFI") == ["ABNANL2A"])
        #expect(
            values(file, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED", "NOTPROVIDED"])
        #expect(
            values(file, "PrvtId/Othr/Id") == ["FR72ZZZ123456", "FR72ZZZ123456", "FR72ZZZ123456"])
        #expect(values(file, "PrvtId/Othr/SchmeNm/Prtry").first == "SEPA")
        #expect(values(file, "RmtInf/Ustrd").first == "F-0001 Atelier Nord")
        // 20 March 2026, at noon as the moment of these tests has it.
        #expect(values(file, "CreDtTm") == ["2026-03-20T12:00:00Z"])
        #expect(Set(values(file, "PmtInfId")).count == 3)
        for id in values(file, "MsgId") + values(file, "PmtInfId") { #expect(id.count <= 35) }
        #expect(order.hash == ContentHash.hexadecimal(order.text.utf8))
    }

    @Test func `names of any script become what every bank takes, within the lengths`() {
        for (text, taken) in [
            ("Édith Œuvré & Cie", "Edith OEuvre + Cie"), ("Straße_7", "Strasse-7"),
            ("e\u{301}te", "ete"), ("<b>\u{202E}", ".b.."), ("//x", "x"), ("a//b///c", "a/b/c"),
            ("株式", ".."), ("", "."), ("  a ", "a"), ("Ł’or", "L'or"),
        ] {
            #expect(BankText.of(text, limit: 70) == taken, "\(text)")
        }
        #expect(BankText.of(String(repeating: "é", count: 71), limit: 70).count == 70)
    }

    @Test func `that a bank was asked stands beside the invoice, and it is asked once`() throws {
        let office = try office()
        let order = try order(office, ["F-0001"])
        let events = try office.read {
            try Events.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
        }
        #expect(events.map(\.kind) == [.debited])
        #expect(events[0].until?.iso == "2026-04-05")
        #expect(events[0].with == "M-1")
        #expect(events[0].text == "70.00 EUR, d.xml, SHA-256 \(order.hash)")
        // The money has not come: nothing is paid by asking.
        #expect(try office.show("F-0001").balance == 7_000)
        #expect(
            throws: BillingFailure.alreadyDebited(
                number: "F-0001", date: try #require(CivilDate(iso: "2026-04-05")))
        ) { try self.order(office, ["F-0001"]) }
        let again = try self.order(office, ["F-0001"], again: true)
        #expect(again.debits.map(\.sequence) == [.recurrent])
        #expect(try self.order(office, ["F-0002"]).debits.map(\.sequence) == [.recurrent])
    }

    @Test func `what cannot be collected is refused, and nothing is noted`() throws {
        let office = try office()
        func refuses(_ failure: BillingFailure, _ numbers: [String], on date: String = "2026-04-05")
            throws
        {
            #expect(throws: failure) { try order(office, numbers, on: date) }
        }
        try refuses(
            .debitPast(date: try #require(CivilDate(iso: "2026-03-19"))), ["F-0001"],
            on: "2026-03-19")
        try refuses(.allocationElsewhere(number: "F-0001"), ["F-0001", "F-0001"])
        try office.pay("F-0002", "20")
        try refuses(.nothingToDebit(number: "F-0002"), ["F-0001", "F-0002"])
        let other = try office.client("Other")
        try office.issue(try office.draft(other), date: "2026-03-10")
        try refuses(.debitLacks(.mandate, client: "Other"), ["F-0004"])
        try edit(office, other, [.mandate: "M-3", .mandateDate: "2026-05-01"])
        try refuses(.debitLacks(.iban, client: "Other"), ["F-0004"])
        try edit(office, other, [.iban: "NL91ABNA0417164300"])
        let signed = try #require(CivilDate(iso: "2026-05-01"))
        try refuses(
            .mandateVoid(
                mandate: "M-3", client: "Other", from: signed,
                to: try #require(CivilDate(iso: "2029-05-01"))), ["F-0004"])
        // Thirty-six months after it was signed it is void, unless it was used.
        #expect(throws: BillingFailure.self) { try order(office, ["F-0004"], on: "2029-05-02") }
        try order(office, ["F-0004"], on: "2029-05-01")
        #expect(
            try order(office, ["F-0004"], on: "2032-05-01", again: true).debits[0].sequence
                == .recurrent)
        #expect(
            try office.read {
                try Events.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
            }.isEmpty)
        _ = try office.write { try Books.edit($0, SettingsInput(details: ["creditor": ""])) }
        try refuses(.debitLacks(.creditor, client: "Atelier Nord"), ["F-0001"])
    }
}
