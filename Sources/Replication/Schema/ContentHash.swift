import Crypto

/// SHA-256 (FIPS 180-4) of content that must stay provable, such as an issued document: the business
/// links no cryptographic library of its own.
package enum ContentHash {
    /// The digest as 64 hexadecimal digits in lower case.
    package static func hexadecimal(_ content: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in SHA256.hash(data: Array(content)) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
