/// Finds what a mistyped word may have meant.
enum Nearest {
    /// Up to three of the candidates that are near enough to the word, nearest first.
    static func to(_ word: String, among candidates: [String]) -> [String] {
        let typed = Array(word.lowercased().unicodeScalars)
        let limit = max(1, (typed.count + 1) / 3)
        let scored = candidates.map { candidate in
            let name = Array(candidate.lowercased().unicodeScalars)
            let begins = typed.count > 1 && name.starts(with: typed)
            return (candidate, begins ? 0 : distance(typed, name))
        }
        let near = scored.filter { $0.1 <= limit }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        return near.prefix(3).map(\.0)
    }

    /// How many letters must be put, dropped, changed or swapped with a neighbour.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var older: [Int] = []
        var old = Array(0...right.count)
        for row in 1...left.count {
            var new = [row]
            for column in 1...right.count {
                let change = left[row - 1] == right[column - 1] ? 0 : 1
                var best = min(old[column] + 1, new[column - 1] + 1, old[column - 1] + change)
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    best = min(best, older[column - 2] + 1)
                }
                new.append(best)
            }
            older = old
            old = new
        }
        return old[right.count]
    }
}
