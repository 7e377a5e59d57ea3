import Convergence

/// Finds the one entry that a text means.
struct Matcher {
    /// Something that can be meant.
    struct Entry {
        let id: RowID
        /// The number or name; nil for a draft, which has neither.
        let label: String?
        let detail: String
        let isRemoved: Bool
        /// The invoice of a document, or of a draft its own.
        let owner: RowID?

        var candidate: Candidate {
            Candidate(id: id.text, label: label ?? "", detail: detail)
        }
    }

    let kind: EntityKind
    let entries: [Entry]
    let purpose: Lookup.Purpose

    /// The least of an id that finds a row by its beginning.
    private static let idPrefixMin = 4
    /// The least of a later word of a name that finds it.
    private static let wordMin = 2
    /// The most candidates that a failure lists.
    private static let candidatesMax = 8

    func match(_ text: String) throws(BillingFailure) -> Entry {
        let wanted = Self.folded(text)
        let wantsRemoved = purpose == .restoring
        let eligible = entries.filter { $0.isRemoved == wantsRemoved }
        let rounds: [(Entry) -> Bool] = [
            { $0.id.text == wanted || $0.owner?.text == wanted },
            { $0.label.map(Self.folded) == wanted },
            { entry in
                !wanted.isEmpty
                    && (entry.label.map { Self.folded($0).hasPrefix(wanted) } == true
                        || wanted.count >= Self.idPrefixMin && entry.id.text.hasPrefix(wanted)
                        || wanted.count >= Self.idPrefixMin
                            && entry.owner?.text.hasPrefix(wanted) == true)
            },
            // Of “Maison Blum” people say “Blum”.
            { entry in
                wanted.count >= Self.wordMin
                    && entry.label.map { Self.folded($0).contains(" " + wanted) } == true
            },
            // An invoice also goes by its client, a bill by its supplier, as long as that says enough.
            {
                [.invoice, .bill].contains(kind) && !wanted.isEmpty
                    && Self.folded($0.detail) == wanted
            },
            {
                [.invoice, .bill].contains(kind) && wanted.count >= Self.wordMin
                    && (Self.folded($0.detail).hasPrefix(wanted)
                        || Self.folded($0.detail).contains(" " + wanted))
            },
        ]
        for round in rounds {
            let found = eligible.filter(round)
            if found.count == 1 { return found[0] }
            if found.count > 1 { throw ambiguous(text, found) }
        }
        if let other = entries.first(where: { entry in
            entry.isRemoved != wantsRemoved
                && (entry.id.text == wanted || entry.label.map(Self.folded) == wanted)
        }) {
            throw wantsRemoved
                ? .notRemoved(kind, other.candidate) : .removed(kind, other.candidate)
        }
        let near = suggestions(for: wanted, among: eligible)
        if purpose == .reading, near.count == 1 { return near[0] }
        throw .notFound(kind, text: text, suggestions: near.map(\.candidate))
    }

    private func ambiguous(_ text: String, _ found: [Entry]) -> BillingFailure {
        let sorted = found.sorted {
            ($0.label ?? "", $0.id.text) < ($1.label ?? "", $1.id.text)
        }
        return .ambiguous(
            kind, text: text, candidates: sorted.prefix(Self.candidatesMax).map(\.candidate))
    }

    /// The nearest entries: those that contain the text, or that few typing mistakes lead to.
    private func suggestions(for wanted: String, among eligible: [Entry]) -> [Entry] {
        guard !wanted.isEmpty else { return [] }
        let allowed = max(1, min(3, wanted.count / 3))
        let ranked = eligible.compactMap { entry -> (distance: Int, entry: Entry)? in
            guard let label = entry.label.map(Self.folded) else { return nil }
            if wanted.count >= 2, label.contains(wanted) { return (0, entry) }
            let distances = [label] + label.split(separator: " ").map(String.init)
            let distance = distances.map { Self.distance($0, wanted, limit: allowed) }.min()
            guard let distance, distance <= allowed else { return nil }
            return (distance, entry)
        }
        return ranked.sorted {
            ($0.distance, $0.entry.label ?? "", $0.entry.id.text)
                < ($1.distance, $1.entry.label ?? "", $1.entry.id.text)
        }.prefix(3).map(\.entry)
    }

    /// The text without the blanks around it and in small letters.
    static func folded(_ text: String) -> String {
        text.trimmed.lowercased()
    }

    /// How many characters must be put in, left out, replaced or swapped with their neighbour to
    /// make one text of another; more than `limit` counts as one more than it.
    static func distance(_ left: String, _ right: String, limit: Int) -> Int {
        let (left, right) = (Array(left), Array(right))
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(
                    previous[column] + (character == other ? 0 : 1),
                    previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            (before, previous) = (previous, current)
        }
        return min(previous[right.count], limit + 1)
    }
}
