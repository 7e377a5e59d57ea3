import Billing

// What was typed and cannot be read.

extension Failure {
    static func number(_ field: NumberField, _ text: String, _ fault: NumberFault) -> Failure {
        let name = field.words
        let quoted = "“\(text)”"
        let (what, why): (String, String) =
            switch fault {
            case .empty: ("the \(name) is empty.", "a number is needed")
            case .notANumber(let at):
                (
                    "the \(name) \(quoted) is not a number.",
                    "it was understood up to character \(at + 1); digits and one point are expected"
                )
            case .tooManyDecimals(let allowed):
                ("the \(name) \(quoted) has too many decimals.", decimals(allowed, field))
            case .ambiguousComma:
                (
                    "the \(name) \(quoted) can be read in two ways.",
                    "the comma may separate thousands or decimals; write a point for decimals"
                )
            case .tooLarge: ("the \(name) \(quoted) is too large.", "no invoice needs so much")
            case .negative: ("the \(name) \(quoted) is negative.", "it must be zero or more")
            case .zero: ("the \(name) is zero.", "it must be more than zero")
            }
        return Failure(
            what, why: why, tries: ["write it as in \(field.example)"], status: .badInput)
    }

    private static func decimals(_ allowed: Int, _ field: NumberField) -> String {
        switch allowed {
        case 0: field == .amount ? "its currency has no decimals" : "only whole numbers are counted"
        case 1: "at most one decimal is kept"
        default: "at most \(allowed) decimals are kept, and nothing is rounded behind your back"
        }
    }

    static func date(_ text: String, _ fault: DateFault) -> Failure {
        let quoted = "“\(text)”"
        let understood = "write 2026-03-05, today, +30d, eom, last fri or 5 dec"
        switch fault {
        case .empty: return Failure("the date is empty.", tries: [understood], status: .badInput)
        case .rest(let at):
            return Failure(
                "\(quoted) is not a whole date.", why: caret(text, at),
                tries: [understood], status: .badInput)
        case .order(let at):
            return Failure(
                "\(quoted) may be read in two ways.",
                why: "day and month stand in another order in other countries"
                    + (at > 0 ? " (from character \(at + 1) on)" : ""),
                tries: ["write year-month-day, as in 2026-03-05, or 5 dec"], status: .badInput)
        case .noSuchDay:
            return Failure(
                "\(quoted) is a day that the calendar does not have.", tries: [understood],
                status: .badInput)
        case .outOfRange:
            return Failure(
                "\(quoted) lies outside the years 1 to 9999.", tries: [understood],
                status: .badInput)
        }
    }

    /// What was understood, and where understanding stopped.
    static func caret(_ text: String, _ at: Int) -> String {
        let understood = String(text.prefix(at))
        let rest = String(text.dropFirst(at))
        if rest.isEmpty { return "something is missing at its end" }
        return understood.isEmpty
            ? "nothing of it was understood"
            : "“\(understood)” was understood, “\(rest)” was not"
    }

    static func identifier(
        _ kind: IdentifierKind, _ text: String, _ fault: IdentifierFault
    ) -> Failure {
        let name =
            switch kind {
            case .siren: "SIREN"
            case .vatId: "VAT id"
            case .email: "mail address"
            case .iban: "IBAN"
            case .bic: "BIC"
            case .creditor: "creditor identifier"
            case .mandate: "reference of a mandate"
            }
        let why =
            switch fault {
            case .checkDigits: "its check digits do not fit: one of them is mistyped"
            case .shape:
                switch kind {
                case .siren: "a SIREN has 9 digits, a SIRET 14"
                case .vatId: "it begins with the country and is as long as that country has it"
                case .iban: "it begins with the country and is as long as that country has it"
                case .bic: "it has 8 or 11 letters and digits, as in BNPAFRPPXXX"
                case .creditor: "it has country, check digits, three signs and the country's number"
                case .mandate: "it has up to 35 letters, digits and / - ? : ( ) . , ' +, no blanks"
                case .email: "it needs a name, an @ and a domain, without blanks"
                }
            }
        let example =
            switch kind {
            case .siren: "404 833 048, or with the establishment 404 833 048 00022"
            case .vatId: "FR83404833048"
            case .email: "anne@nord.example"
            case .iban: "FR14 2004 1010 0505 0001 3M02 606"
            case .bic: "BNPAFRPP"
            case .creditor: "FR72ZZZ123456"
            case .mandate: "M-2026-017"
            }
        return Failure(
            "“\(text)” is no \(name).", why: why, tries: ["write it as in \(example)"],
            status: .badInput)
    }

    static func text(_ field: TextField, _ fault: TextFault) -> Failure {
        let name = field.words
        return switch fault {
        case .empty: Failure("the \(name) is empty.", why: "it needs a text", status: .badInput)
        case .tooLong(let limit):
            Failure(
                "the \(name) is too long.", why: "at most \(limit) bytes are kept",
                status: .badInput)
        case .controlCharacter(let at):
            Failure(
                "the \(name) holds a control character at character \(at + 1).",
                why: "such characters can harm terminals and files, so none is kept",
                status: .badInput)
        }
    }

    static func draftFile(_ fault: DraftFault) -> Failure {
        let what: String
        switch fault {
        case .syntax(let at): what = "the draft file is not JSON from byte \(at + 1) on."
        case .unknownKey(let path): what = "the draft file has “\(path)”, which no draft has."
        case .twice(let path): what = "the draft file has “\(path)” twice."
        case .missing(let path): what = "the draft file lacks “\(path)”."
        case .wrongType(let path, let expected):
            what = "in the draft file, “\(path)” is not \(expected)."
        case .differsFromLine(let path):
            what = "in the draft file, “\(path)” is not that of its line."
        case .value(let path, let inner):
            let failure = Failure(inner)
            return Failure(
                "in the draft file, “\(path)”: \(failure.what)", why: failure.why,
                tries: failure.tries, status: .badInput)
        }
        return Failure(
            what, why: "nothing was written",
            tries: ["jalon invoice new --help shows what a draft file holds"], status: .badInput)
    }
}

extension NumberField {
    fileprivate var words: String {
        switch self {
        case .amount: "amount"
        case .price: "price"
        case .priceBase: "price base"
        case .quantity: "quantity"
        case .rate: "rate"
        case .units: "number of units"
        }
    }

    fileprivate var example: String {
        switch self {
        case .amount: "1250.00"
        case .price: "450.00"
        case .priceBase: "1000"
        case .quantity: "2.5"
        case .rate: "20 or 5.5"
        case .units: "10"
        }
    }
}

extension TextField {
    fileprivate var words: String {
        switch self {
        case .legalForm: "legal form"
        case .penalty: "late penalty"
        case .exemption: "reason of the exemption"
        case .purchaseOrder: "purchase order"
        default: rawValue
        }
    }
}
