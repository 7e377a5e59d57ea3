/// Which number was typed; it decides how many decimals there may be.
package enum NumberField: String, Equatable, Sendable {
    case amount, price, priceBase, quantity, rate, units
}

/// What is wrong with a number.
package enum NumberFault: Equatable, Sendable {
    case empty
    /// The character at this offset, counted from 0, does not belong to a number.
    case notANumber(at: Int)
    /// More decimals than the field or the currency has.
    case tooManyDecimals(allowed: Int)
    /// A comma before exactly three digits: thousands or decimals, nobody can tell.
    case ambiguousComma
    case tooLarge
    case negative
    case zero
}

/// What is wrong with a date.
package enum DateFault: Error, Equatable, Sendable {
    case empty
    /// Understood up to this character, counted from 0, and not beyond.
    case rest(at: Int)
    /// Day and month as two numbers: their order is not the same everywhere.
    case order(at: Int)
    /// A day that the calendar does not have.
    case noSuchDay(at: Int)
    /// Beyond the years 1 to 9999.
    case outOfRange
}

/// An identifier with a rule of its own.
package enum IdentifierKind: String, Equatable, Sendable {
    case siren, vatId, email, iban, bic, creditor, mandate
}

/// What is wrong with an identifier.
package enum IdentifierFault: Equatable, Sendable {
    case shape
    case checkDigits
}

/// Which text was typed.
package enum TextField: String, Equatable, Sendable {
    case name, address, unit, reason, reference, note
    case legalForm, registration, penalty, discount, nature, exemption
    case phone, website, label, holder, purchaseOrder, folder, wallet, owner
}

/// What is wrong with a text.
package enum TextFault: Equatable, Sendable {
    case empty
    case tooLong(limit: Int)
    /// A control character at this offset, counted in characters from 0.
    case controlCharacter(at: Int)
}

/// A word out of a short list, or a number within a range, that was typed into a field.
package struct ChoiceFault: Equatable, Sendable {
    /// The field, by its name in the answers.
    package let field: String
    /// What was typed.
    package let text: String
    /// What may stand there, as people type it.
    package let allowed: [String]

    /// Makes a fault.
    package init(field: String, text: String, allowed: [String]) {
        self.field = field
        self.text = text
        self.allowed = allowed
    }
}

/// What is wrong with the text of a `--line`.
package enum LineFault: Equatable, Sendable {
    /// It has this many parts between semicolons; four or five are needed.
    case parts(Int)
    /// An amount off or on the whole document, whose VAT its lines do not tell.
    case rateMissing
}

/// What is wrong with a draft file; `path` says where, as in `lines[2].price`.
package enum DraftFault: Equatable, Sendable {
    /// No JSON from this byte on.
    case syntax(at: Int)
    case unknownKey(path: String)
    case twice(path: String)
    case missing(path: String)
    case wrongType(path: String, expected: String)
    /// An adjustment of a line names another category or rate than its line.
    case differsFromLine(path: String)
    /// The value cannot be read.
    indirect case value(path: String, BillingFailure)
}

/// What a direct debit takes.
package enum DebitGap: String, Equatable, Sendable {
    /// The books' creditor identifier, and their account.
    case creditor, account
    /// The client's mandate with its day, and the client's account.
    case mandate, iban
}

/// A kind of thing that a name can mean.
package enum EntityKind: String, Equatable, Sendable {
    case client, invoice, package, account, item, payment, view, bill
}

/// Something that a name may have meant.
package struct Candidate: Hashable, Sendable {
    /// The row's id.
    package let id: String
    /// Its number if it has one, else its name.
    package let label: String
    /// What tells it from its like: a mail address, a client's name; empty if nothing does.
    package let detail: String

    /// Makes a candidate.
    package init(id: String, label: String, detail: String) {
        self.id = id
        self.label = label
        self.detail = detail
    }
}
