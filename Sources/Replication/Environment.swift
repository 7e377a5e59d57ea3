/// What the replica takes from outside: the wall clock and randomness. A simulation gives its own.
package struct Environment {
    /// Milliseconds since 1970. It may be wrong: no promise depends on it.
    package var now: () -> Int64
    /// As many random bytes as asked for.
    package var random: (Int) -> [UInt8]

    /// Takes both from the caller.
    package init(now: @escaping () -> Int64, random: @escaping (Int) -> [UInt8]) {
        self.now = now
        self.random = random
    }
}
