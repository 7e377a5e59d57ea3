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

    private static func luhnSum(_ digits: String) -> Int {
        digits.reversed().enumerated().reduce(0) { sum, element in
            let digit = Int(element.element.asciiDigit ?? 0)
            let doubled = element.offset.isMultiple(of: 2) ? digit : digit * 2
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
    }

    /// A VAT id: the country's two letters and 2 to 13 letters and digits.
    ///
    /// Blanks, dots and dashes do not count. For France: a key of two characters and a SIREN; a key of two digits is
    /// (12 + 3 × (SIREN mod 97)) mod 97.
    package static func vatID(_ text: String) throws(BillingFailure) -> String {
        let kept = text.uppercased().filter { !$0.isWhitespace && $0 != "." && $0 != "-" }
        let prefix = kept.prefix(2)
        let rest = kept.dropFirst(2)
        guard prefix.allSatisfy({ $0.isASCII && $0.isLetter }), (2...13).contains(rest.count),
            rest.allSatisfy({ $0.isASCII && ($0.isLetter || $0.asciiDigit != nil) })
        else { throw .identifier(.vatId, text: text, .shape) }
        guard prefix == "FR" else { return kept }
        guard rest.count == 11, let number = Int(rest.dropFirst(2)) else {
            throw .identifier(.vatId, text: text, .shape)
        }
        do {
            _ = try siren(String(rest.dropFirst(2)))
        } catch {
            throw .identifier(.vatId, text: text, .checkDigits)
        }
        let key = rest.prefix(2)
        // Keys with letters follow a rule that is not published: they are taken as they are.
        if let digits = Int(key), digits != (12 + 3 * (number % 97)) % 97 {
            throw .identifier(.vatId, text: text, .checkDigits)
        }
        return kept
    }

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
