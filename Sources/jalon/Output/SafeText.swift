/// Text that may be shown on a terminal: nothing in it moves the cursor, changes colours or turns
/// the direction of the line.
enum SafeText {
    /// The text with every unsafe character replaced by something that can be seen: control
    /// characters in caret notation (`^[`), the others as `<U+202E>`.
    static func shown(_ text: String) -> String {
        if DisplayWidth.ofSimple(text) != nil { return text }
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if !isUnsafe(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.value < 0x20 || scalar.value == 0x7F {
                result += "^"
                result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value ^ 0x40)))
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result +=
                    "<U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
                    + ">"
            }
        }
        return result
    }

    /// Whether a terminal would act on the character instead of showing it, or whether it hides
    /// what stands there: C0, DEL, C1, bidirectional marks and overrides (UAX #9), line and
    /// paragraph separators, invisible joins other than those that emoji need, and tag characters.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F: true
        case 0x2028...0x202E, 0x2060...0x206F: true
        case 0xFEFF, 0xFFF9...0xFFFB: true
        case 0x1D173...0x1D17A, 0xE0000...0xE0FFF: true
        default: scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
        }
    }
}
