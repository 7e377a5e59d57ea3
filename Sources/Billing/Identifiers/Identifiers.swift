/// Checks of numbers that carry their own check digits; each returns the form that is kept.
package enum Identifiers {
    /// A SIREN: nine digits whose last is a Luhn check digit (ISO/IEC 7812); blanks do not count.
    package static func siren(_ text: String) throws(BillingFailure) -> String {
        let digits = try self.digits(text, count: 9)
        guard luhnSum(digits).isMultiple(of: 10) else {
            throw .identifier(.siren, text: text, .checkDigits)
        }
        return digits
    }

    /// A SIREN, or a SIRET: fourteen digits that begin with a SIREN and are checked alike, but for
    /// the offices of La Poste, whose digits sum to a multiple of five.
    package static func sirenOrSiret(_ text: String) throws(BillingFailure) -> String {
        guard let digits = try? digits(text, count: 14) else { return try siren(text) }
        let isPost = digits.hasPrefix("356000000")
        let sum = digits.reduce(0) { $0 + Int($1.asciiDigit ?? 0) }
        guard (try? siren(String(digits.prefix(9)))) != nil,
            luhnSum(digits).isMultiple(of: 10) || isPost && sum.isMultiple(of: 5)
        else { throw .identifier(.siren, text: text, .checkDigits) }
        return digits
    }

    private static func digits(_ text: String, count: Int) throws(BillingFailure) -> String {
        let digits = text.filter { !$0.isWhitespace }
        guard digits.count == count, digits.allSatisfy({ $0.asciiDigit != nil }) else {
            throw .identifier(.siren, text: text, .shape)
        }
        return digits
    }

    static func luhnSum(_ digits: String) -> Int {
        digits.reversed().enumerated().reduce(0) { sum, element in
            let digit = Int(element.element.asciiDigit ?? 0)
            let doubled = element.offset.isMultiple(of: 2) ? digit : digit * 2
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
    }

    /// An IBAN (ISO 13616): country, two check digits and the account, of the length that its
    /// country has, whose number is 1 modulo 97 (ISO/IEC 7064). Blanks do not count.
    package static func iban(_ text: String) throws(BillingFailure) -> String {
        let kept = text.uppercased().filter { !$0.isWhitespace }
        let isShaped =
            (15...34).contains(kept.count) && kept.allSatisfy(\.isLatinOrDigit)
            && kept.prefix(2).allSatisfy { $0.asciiDigit == nil }
            && kept.dropFirst(2).prefix(2).allSatisfy { $0.asciiDigit != nil }
        guard isShaped, ibanLengths[String(kept.prefix(2))] ?? kept.count == kept.count else {
            throw .identifier(.iban, text: text, .shape)
        }
        guard remainder97(kept.dropFirst(4) + kept.prefix(4)) == 1 else {
            throw .identifier(.iban, text: text, .checkDigits)
        }
        return kept
    }

    /// A BIC (ISO 9362): four letters or digits, a country, two and perhaps three more letters or
    /// digits. It carries no check digits.
    package static func bic(_ text: String) throws(BillingFailure) -> String {
        let kept = text.uppercased().filter { !$0.isWhitespace }
        let country = String(kept.dropFirst(4).prefix(2))
        guard kept.count == 8 || kept.count == 11, kept.allSatisfy(\.isLatinOrDigit),
            countries.contains(country) || country == "XK"
        else { throw .identifier(.bic, text: text, .shape) }
        return kept
    }

    /// A creditor identifier of SEPA (EPC262-08): country, two check digits, three letters or digits of
    /// the creditor's own choosing, which the check leaves out, and up to 28 of the country's. The number
    /// is 1 modulo 97, as an IBAN's.
    package static func creditor(_ text: String) throws(BillingFailure) -> String {
        let kept = text.uppercased().filter { !$0.isWhitespace }
        let isShaped =
            (8...35).contains(kept.count) && kept.allSatisfy(\.isLatinOrDigit)
            && countries.contains(String(kept.prefix(2)))
            && kept.dropFirst(2).prefix(2).allSatisfy { $0.asciiDigit != nil }
        guard isShaped else { throw .identifier(.creditor, text: text, .shape) }
        guard remainder97(kept.dropFirst(7) + kept.prefix(4)) == 1 else {
            throw .identifier(.creditor, text: text, .checkDigits)
        }
        return kept
    }

    /// The reference of a mandate (EPC016-06, AT-01): up to 35 of the letters that banks take, without
    /// blanks, and no slash at an end or beside another.
    package static func mandate(_ text: String) throws(BillingFailure) -> String {
        let kept = String(text.trimmed)
        guard (1...35).contains(kept.count),
            kept.allSatisfy({ BankText.isTaken($0) && $0 != " " }), kept.first != "/",
            kept.last != "/", !kept.contains("//")
        else { throw .identifier(.mandate, text: text, .shape) }
        return kept
    }

    /// The remainder modulo 97 of the number that letters and digits stand for, A being 10.
    static func remainder97(_ text: some Sequence<Character>) -> Int {
        text.reduce(0) { remainder, character in
            if let digit = character.asciiDigit { return (remainder * 10 + Int(digit)) % 97 }
            let letter = Int(character.asciiValue ?? 0x41) - 0x41 + 10
            return (remainder * 100 + letter) % 97
        }
    }

    /// The lengths of the IBAN registry (SWIFT, release 99) for the countries that pay in euros by
    /// SEPA; those of others are taken as they are.
    private static let ibanLengths: [String: Int] = {
        let table = """
            AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FO18 FR27 GB22 GI23 \
            GL18 GR27 HR21 HU28 IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 \
            NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22
            """
        var lengths: [String: Int] = [:]
        for entry in table.split(separator: " ") {
            lengths[String(entry.prefix(2))] = Int(entry.dropFirst(2))
        }
        return lengths
    }()

    /// A mail address that can be right: one `@`, something before it, a name with a dot behind
    /// it, no blanks and no control characters, at most 254 characters.
    package static func email(_ text: String) throws(BillingFailure) -> String {
        let trimmed = String(text.trimmed)
        let parts = trimmed.split(separator: "@", omittingEmptySubsequences: false)
        let forbidden: Set<Character> = ["<", ">", "(", ")", ",", ";", ":", "\\", "\""]
        guard parts.count == 2, trimmed.count <= 254, !parts[0].isEmpty, parts[0].count <= 64,
            trimmed.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }),
            !trimmed.contains(where: { $0.isWhitespace || forbidden.contains($0) })
        else { throw .identifier(.email, text: text, .shape) }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, !labels.contains(where: \.isEmpty) else {
            throw .identifier(.email, text: text, .shape)
        }
        return trimmed
    }

    /// A country of ISO 3166-1, as its two capital letters.
    package static func country(_ text: String) throws(BillingFailure) -> String {
        let code = text.uppercased()
        guard code.count == 2, countries.contains(code) else { throw .country(text: text) }
        return code
    }

    private static let countries: Set<String> = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
        BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
        DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
        GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
        KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
        MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
        PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
        SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
        VN VU WF WS YE YT ZA ZM ZW
        """.split(separator: " ").map(String.init))
}

extension Character {
    /// Whether this is an ASCII digit or capital letter.
    var isLatinOrDigit: Bool {
        guard let ascii = asciiValue else { return false }
        return (0x30...0x39).contains(ascii) || (0x41...0x5a).contains(ascii)
    }
}
