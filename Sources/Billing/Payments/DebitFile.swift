/// A customer direct debit initiation, `pain.008.001.08` of ISO 20022, as the EPC's guidelines restrict
/// it (EPC131-08 and EPC130-08 C2PSP): elements in the order of the schema, amounts in euros with two
/// decimals, texts in the Latin letters that every bank takes.
struct DebitFile {
    let creditor: String
    let name: String
    let iban: String
    let bic: String?
    let date: CivilDate
    let debits: [Debit]
    /// When the file was made, in milliseconds since 1970: its identification follows from it, so that
    /// no bank takes two files for one.
    let made: Int64

    private var id: String { "JALON-\(made)" }

    /// The file's text.
    var text: String {
        var xml = XMLText()
        xml.open("Document", #"xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08""#)
        xml.open("CstmrDrctDbtInitn")
        xml.open("GrpHdr")
        xml.leaf("MsgId", id)
        xml.leaf("CreDtTm", Self.time(made))
        xml.leaf("NbOfTxs", "\(debits.count)")
        xml.leaf("CtrlSum", Self.sum(debits))
        xml.nested(["InitgPty"], "Nm", BankText.of(name, limit: 70))
        xml.close()
        // One block for each scheme and sequence, in the order of their first debit.
        var seen: [String] = []
        for debit in debits where !seen.contains(debit.block) { seen.append(debit.block) }
        for block in seen { payment(debits.filter { $0.block == block }, in: &xml) }
        xml.close()
        xml.close()
        return xml.text
    }

    private func payment(_ debits: [Debit], in xml: inout XMLText) {
        guard let first = debits.first else { return }
        xml.open("PmtInf")
        xml.leaf("PmtInfId", "\(id)-\(first.block)")
        xml.leaf("PmtMtd", "DD")
        xml.leaf("NbOfTxs", "\(debits.count)")
        xml.leaf("CtrlSum", Self.sum(debits))
        xml.open("PmtTpInf")
        xml.nested(["SvcLvl"], "Cd", "SEPA")
        xml.nested(["LclInstrm"], "Cd", first.scheme.rawValue.uppercased())
        xml.leaf("SeqTp", first.sequence.rawValue)
        xml.close()
        xml.leaf("ReqdColltnDt", date.iso)
        xml.nested(["Cdtr"], "Nm", BankText.of(name, limit: 70))
        xml.nested(["CdtrAcct", "Id"], "IBAN", iban)
        agent("CdtrAgt", bic, in: &xml)
        xml.leaf("ChrgBr", "SLEV")
        xml.open("CdtrSchmeId")
        xml.open("Id")
        xml.open("PrvtId")
        xml.open("Othr")
        xml.leaf("Id", creditor)
        xml.nested(["SchmeNm"], "Prtry", "SEPA")
        for _ in 1...4 { xml.close() }
        for debit in debits { transaction(debit, in: &xml) }
        xml.close()
    }

    private func transaction(_ debit: Debit, in xml: inout XMLText) {
        xml.open("DrctDbtTxInf")
        xml.nested(["PmtId"], "EndToEndId", BankText.of(debit.number, limit: 35))
        xml.leaf("InstdAmt", Currency.eur.text(debit.amount), #"Ccy="EUR""#)
        xml.open("DrctDbtTx")
        xml.open("MndtRltdInf")
        xml.leaf("MndtId", debit.mandate)
        xml.leaf("DtOfSgntr", debit.signed.iso)
        xml.close()
        xml.close()
        agent("DbtrAgt", debit.bic, in: &xml)
        xml.nested(["Dbtr"], "Nm", BankText.of(debit.name, limit: 70))
        xml.nested(["DbtrAcct", "Id"], "IBAN", debit.iban)
        xml.nested(["RmtInf"], "Ustrd", BankText.of("\(debit.number) \(name)", limit: 140))
        xml.close()
    }

    /// A bank by its BIC; without one the bank finds it by the IBAN.
    private func agent(_ element: String, _ bic: String?, in xml: inout XMLText) {
        if let bic {
            xml.nested([element, "FinInstnId"], "BICFI", bic)
        } else {
            xml.nested([element, "FinInstnId", "Othr"], "Id", "NOTPROVIDED")
        }
    }

    private static func sum(_ debits: [Debit]) -> String {
        Currency.eur.text(debits.reduce(0) { $0 &+ $1.amount })
    }

    /// The second as ISO 8601 in UTC.
    private static func time(_ milliseconds: Int64) -> String {
        let date = CivilDate(milliseconds: milliseconds) ?? .first
        let seconds = milliseconds / 1000 - Int64(date.day) * 86_400
        func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
        return date.iso + "T"
            + [seconds / 3600, seconds / 60 % 60, seconds % 60].map(two).joined(separator: ":")
            + "Z"
    }
}

extension Debit {
    /// Debits of one block have the same scheme and sequence.
    fileprivate var block: String { "\(scheme.rawValue.uppercased())-\(sequence.rawValue)" }
}

/// Texts in the letters that every bank of SEPA takes: EPC217-08, a to z, A to Z, 0 to 9, and
/// `/ - ? : ( ) . , ' +` with blanks.
enum BankText {
    static let others: Set<Character> = [
        "/", "-", "?", ":", "(", ")", ".", ",", "'", "+", " ",
    ]

    static func isTaken(_ character: Character) -> Bool {
        others.contains(character)
            || character.isASCII && (character.isLetter || character.isNumber)
    }

    /// The text in those letters: accents fall away, `&` becomes `+`, and what has no like a point. It
    /// begins with no slash and holds no two, which would be read as a code.
    static func of(_ text: String, limit: Int) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let character = Character(scalar)
            // A mark that combines with the letter before it.
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            if isTaken(character) { result.append(character) } else { result += like(scalar) }
        }
        while let range = result.firstRange(of: "//") { result.replaceSubrange(range, with: "/") }
        let kept = result.trimmed.drop { $0 == "/" }.prefix(limit).trimmed
        return kept.isEmpty ? "." : String(kept)
    }

    private static func like(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "&": return "+"
        case "_", "–", "—": return "-"
        case "’", "‘", "`": return "'"
        case "ß": return "ss"
        case "æ": return "ae"
        case "œ": return "oe"
        case "Æ": return "AE"
        case "Œ": return "OE"
        default: break
        }
        if scalar.properties.isWhitespace { return " " }
        // Unicode names letters by what they are made of: LATIN SMALL LETTER E WITH ACUTE.
        let name = scalar.properties.name ?? ""
        for (start, isSmall) in [("LATIN SMALL LETTER ", true), ("LATIN CAPITAL LETTER ", false)]
        where name.hasPrefix(start) {
            let letter = name.dropFirst(start.count).prefix { $0 != " " }
            if letter.count == 1 { return isSmall ? letter.lowercased() : String(letter) }
        }
        return "."
    }
}

/// XML as it is written, element by element, each on a line of its own.
private struct XMLText {
    private(set) var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    private var names: [String] = []

    private var indent: String { String(repeating: "  ", count: names.count) }

    mutating func open(_ name: String, _ attribute: String? = nil) {
        text += "\(indent)<\(name)\(attribute.map { " " + $0 } ?? "")>\n"
        names.append(name)
    }

    mutating func close() {
        guard let name = names.popLast() else { return }
        text += "\(indent)</\(name)>\n"
    }

    mutating func leaf(_ name: String, _ value: String, _ attribute: String? = nil) {
        text +=
            "\(indent)<\(name)\(attribute.map { " " + $0 } ?? "")>\(Self.escaped(value))</\(name)>\n"
    }

    /// A leaf within elements that hold nothing else.
    mutating func nested(_ outer: [String], _ name: String, _ value: String) {
        for element in outer { open(element) }
        leaf(name, value)
        for _ in outer { close() }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
