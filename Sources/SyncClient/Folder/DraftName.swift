import Convergence

/// What a file in a folder is called while it is written: a name that is nobody's, and that
/// synchronising programs leave alone.
enum DraftName {
    private static let (head, digitCount, ending): (Character, Int, String) = ("~", 16, ".tmp")

    /// Milliseconds after which a draft was left by a crash: whoever writes one takes seconds, and
    /// clocks and time zones differ by hours.
    static let oldAfter = 86_400_000.0

    /// A name that no other file has.
    static func new(_ random: (Int) -> [UInt8]) -> String {
        "\(head)" + Base32.encode(random(digitCount * 5 / 8)) + ending
    }

    /// Whether a file of this name is a draft, of any device.
    static func isOne(_ name: String) -> Bool {
        guard name.first == head, name.hasSuffix(ending) else { return false }
        let digits = name.dropFirst().dropLast(ending.count)
        return digits.utf8.count == digitCount
            && digits.utf8.allSatisfy { Base32.value(of: $0) != nil }
    }
}
