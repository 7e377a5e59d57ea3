import Convergence

/// A number series, and who may issue from it as the books say at present.
package struct SeriesClaim: Equatable, Sendable {
    /// What became of a series.
    package enum State: String, Sendable {
        /// Its writer may issue from it.
        case open
        /// Nobody issues from it any more.
        case closed
        /// Two writers claimed it without having seen each other: one must continue it anew.
        case claimedTwice = "claimed twice"
    }

    /// The name that its numbers begin with.
    package let name: String
    /// What became of it.
    package let state: State
    /// The writers that hold it: one, or several if it was claimed twice; none when closed.
    package let writers: [String]
    /// The greatest number that was issued or confirmed; 0 for none.
    package let lastNumber: Int64
    /// The date of its last document.
    package let lastDate: CivilDate?
    /// Why it was opened, continued or closed, as typed; nil if nothing was given.
    package let reason: String?
    /// How many decisions about it stand one upon the other.
    let turn: Int64

    /// The number that follows the last one, as documents bear it: `F-0001`.
    package var nextNumber: String { Self.number(name, lastNumber &+ 1) }
    /// The last number as documents bear it; nil for none.
    package var lastText: String? { lastNumber > 0 ? Self.number(name, lastNumber) : nil }

    /// The same after documents of the same transaction, which reads do not see yet.
    func following(_ documents: [[String: Value]]) -> SeriesClaim {
        let own = documents.filter { $0["series"]?.text == name }
        return SeriesClaim(
            name: name, state: state, writers: writers,
            lastNumber: own.compactMap { $0["sequence"]?.integer }.reduce(lastNumber, max),
            lastDate: (own.compactMap { $0["date"]?.text.flatMap { CivilDate(iso: $0) } }
                + [lastDate].compactMap(\.self)).max(),
            reason: reason, turn: turn)
    }

    /// The text of a number: the series, a dash, at least four digits.
    static func number(_ series: String, _ sequence: Int64) -> String {
        let digits = String(sequence)
        return series + "-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The series and the place in it of a number as `number` writes it.
    static func parts(ofNumber text: String) -> (series: String, sequence: Int64)? {
        guard let dash = text.lastIndex(of: "-"),
            let sequence = Int64(text[text.index(after: dash)...])
        else { return nil }
        let series = String(text[..<dash])
        return number(series, sequence) == text ? (series, sequence) : nil
    }

    /// Checks a new series' name: ASCII letters, digits and `+ - _ /`, at most 20, so that its
    /// numbers keep within the 35 characters of EN 16931.
    static func checkedName(_ text: String) throws(BillingFailure) -> String {
        let allowed: (Character) -> Bool = { character in
            character.isASCII && (character.isLetter || character.isNumber)
                || ["+", "-", "_", "/"].contains(character)
        }
        guard (1...20).contains(text.count), text.allSatisfy(allowed),
            text.first != "-", text.first != "+"
        else { throw .seriesName(text: text) }
        return text
    }

    /// `name state writers lastNumber lastDate reason mine`.
    package func json(mine writer: String?) -> JSON {
        .members([
            "name": .string(name), "state": .string(state.rawValue),
            "writers": .array(writers.map { .string($0) }), "lastNumber": .text(lastText),
            "lastDate": .text(lastDate?.iso), "reason": .text(reason),
            "mine": .bool(writer.map { writers.contains($0) } ?? false),
        ])
    }
}
