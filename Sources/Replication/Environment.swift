/// What the replica takes from outside: the wall clock, randomness and memory. A simulation gives its
/// own.
package struct Environment {
    /// Milliseconds since 1970. It may be wrong: no promise depends on it.
    package var now: () -> Int64
    /// As many random bytes as asked for.
    package var random: (Int) -> [UInt8]
    /// Rows that a transaction holds in memory, of about 1 KB each; of operations on further rows three
    /// quarters of that for each wait for their turn. What comes out does not depend on it.
    package var heldRows: Int

    /// Takes all from the caller.
    package init(
        heldRows: Int = 65_536, now: @escaping () -> Int64, random: @escaping (Int) -> [UInt8]
    ) {
        self.now = now
        self.random = random
        self.heldRows = heldRows
    }
}
