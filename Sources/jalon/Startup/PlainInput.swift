/// Text from outside, whole or refused.
enum PlainInput {
    /// The text of some bytes; refuses NUL and bytes that are no UTF-8, and says where.
    static func text(_ bytes: [UInt8], from place: String) throws(Failure) -> String {
        if let offset = bytes.firstIndex(of: 0) {
            throw Failure(
                "\(place) holds a NUL character at byte \(offset + 1).",
                why: "no text of the books can hold one; nothing was changed", status: .badInput)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                "\(place) is not UTF-8 from byte \(validCount(bytes) + 1) on.",
                why: "it may be in an older encoding such as Latin-1; nothing was changed",
                tries: ["iconv -f latin1 -t utf-8 converts a file"], status: .badInput)
        }
        return text
    }

    /// How many bytes at the start are UTF-8.
    private static func validCount(_ bytes: [UInt8]) -> Int {
        var low = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            low += UTF8.width(scalar)
        }
        return low
    }
}
