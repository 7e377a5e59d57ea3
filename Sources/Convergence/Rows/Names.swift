/// Names that stand for small integers within one replica: writers, or tables and fields.
///
/// The order of the names, not of the integers, decides whatever must come out equal everywhere.
package struct Names: Sendable {
    /// The names by their integers.
    package private(set) var all: [[UInt8]] = []
    private var indices: [[UInt8]: Int] = [:]
    /// The place of each name in the order of all; behind when names were added since.
    private var ranks: [Int] = []

    /// Makes an empty list.
    package init() {}

    /// How many there are.
    package var count: Int { all.count }

    /// The name of an integer that this list gave.
    package subscript(_ index: Int) -> [UInt8] { all[index] }

    /// The integer of a name, if it has one.
    package func index(of name: [UInt8]) -> Int? { indices[name] }

    /// The integer of a name, a new one if it has none yet.
    package mutating func insert(_ name: [UInt8]) -> Int {
        if let index = indices[name] { return index }
        all.append(name)
        indices[name] = all.count - 1
        return all.count - 1
    }

    /// Whether one name stands before another by bytes.
    package func precedes(_ left: Int, _ right: Int) -> Bool {
        if left < ranks.count, right < ranks.count, ranks.count == all.count {
            return ranks[left] < ranks[right]
        }
        return left != right && all[left].lexicographicallyPrecedes(all[right])
    }

    /// Makes ``precedes(_:_:)`` fast until the next name is added.
    package mutating func rank() {
        guard ranks.count != all.count else { return }
        ranks = Array(repeating: 0, count: all.count)
        let order = all.indices.sorted { all[$0].lexicographicallyPrecedes(all[$1]) }
        for (rank, index) in order.enumerated() { ranks[index] = rank }
    }
}
