/// A text with places for values, as `{{number}}`: what a document is rendered from, and what a user
/// may write anew.
///
/// A line whose places are all empty is left out, with one blank line behind it where that would
/// leave two together; places of labels (`{{label.due}}`) do not count for that. A value of several
/// lines takes the indentation of its place.
package struct Template: Equatable, Sendable {
    private let lines: [String]

    /// Takes a template as it stands in a file.
    package init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The names of the places that no document has: a mistyped one is told, not left empty.
    package func unknown(among names: Set<String>) -> [String] {
        var unknown: [String] = []
        for line in lines {
            for name in Self.parts(line).compactMap(\.name)
            where !names.contains(name) && !unknown.contains(name) {
                unknown.append(name)
            }
        }
        return unknown
    }

    /// The text with the values in their places.
    package func filled(_ values: [String: String]) -> String {
        var result: [String] = []
        for line in lines {
            let parts = Self.parts(line)
            let places = parts.compactMap(\.name).filter { !$0.hasPrefix("label.") }
            if !places.isEmpty, places.allSatisfy({ values[$0, default: ""].isEmpty }) { continue }
            let indentation = String(line.prefix { $0 == " " })
            let text = parts.map { part in
                part.name.map { values[$0, default: ""] } ?? part.text
            }.joined()
            for (index, piece) in text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                let whole = index == 0 || piece.isEmpty ? String(piece) : indentation + piece
                let isSecondBlank = whole.isEmpty && result.last?.isEmpty ?? true
                if !isSecondBlank { result.append(whole) }
            }
        }
        while result.last?.isEmpty == true { result.removeLast() }
        return result.joined(separator: "\n") + "\n"
    }

    private struct Part {
        let text: String
        let name: String?
    }

    private static func parts(_ line: String) -> [Part] {
        var parts: [Part] = []
        var rest = line[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
            parts.append(Part(text: String(rest[..<open.lowerBound]), name: nil))
            let name = String(rest[open.upperBound..<close.lowerBound].trimmed)
            parts.append(Part(text: "", name: name))
            rest = rest[close.upperBound...]
        }
        parts.append(Part(text: String(rest), name: nil))
        return parts
    }
}
