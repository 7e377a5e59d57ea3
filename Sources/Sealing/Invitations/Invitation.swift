import Convergence
import Crypto
import Wire

/// What lets a device join the books: their key and where their relays are.
///
/// One invitation serves many devices and does not expire: whoever holds it is a member.
package struct Invitation: Hashable, Sendable {
    /// A place where the books can be met.
    package struct Relay: Hashable, Sendable {
        /// The inviter's name for it.
        package let name: String
        /// Its address.
        package let address: String

        /// Makes a relay.
        package init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// The books' secret.
    package let secret: [UInt8]
    /// The name of the business, for the person who joins.
    package let name: String
    /// The relays to meet.
    package let relays: [Relay]

    /// Makes an invitation.
    package init(secret: [UInt8], name: String, relays: [Relay]) {
        self.secret = secret
        self.name = name
        self.relays = relays
    }

    private static let prefix = "jalon1-"
    private static let textBytesMax = 255

    /// The invitation as one word: `jalon1-` and base32 of its parts, their count and a checksum.
    package var text: String {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: secret)
        Self.append(name, to: &bytes)
        for relay in relays.prefix(16) {
            Self.append(relay.name, to: &bytes)
            Self.append(relay.address, to: &bytes)
        }
        var whole: [UInt8] = []
        whole.append(bigEndian: UInt16(bytes.count))
        whole.append(contentsOf: bytes)
        whole.append(contentsOf: Self.checksum(whole))
        return Self.prefix + Base32.encode(whole)
    }

    /// Reads an invitation; spaces, line ends and letter case do not matter.
    package init(text: String) throws(SealingFailure) {
        let word = String(text.filter { !$0.isWhitespace }).asciiLowercased
        guard word.utf8.count <= 65_536, word.hasPrefix("jalon") else {
            throw .invitation(.unknown)
        }
        guard word.hasPrefix(Self.prefix) else {
            let version = word.dropFirst(5).prefix(while: \.isNumber)
            guard version.count <= 9, let number = Int(version),
                word.dropFirst(5 + version.count).hasPrefix("-")
            else {
                throw .invitation(.unknown)
            }
            throw .invitation(.version(number))
        }
        let digits = word.dropFirst(Self.prefix.count)
        guard digits.utf8.allSatisfy({ Base32.value(of: $0) != nil }) else {
            throw .invitation(.character)
        }
        // A last digit with bits to spare is mistyped, if all the others are there.
        let whole = Base32.decode(digits)
        guard let bytes = whole ?? Base32.decode(digits.dropLast() + "a"), bytes.count > 2 else {
            throw .invitation(.cut)
        }
        let count = Int(bytes[0]) << 8 | Int(bytes[1])
        guard bytes.count == 2 + count + 4 else { throw .invitation(.cut) }
        let checksum = Self.checksum(Array(bytes[..<(2 + count)]))
        guard whole != nil, checksum == Array(bytes[(2 + count)...]) else {
            throw .invitation(.checksum)
        }
        self = try Self.read(bytes[2..<(2 + count)])
    }

    private static func read(_ bytes: ArraySlice<UInt8>) throws(SealingFailure) -> Invitation {
        var rest = bytes
        guard rest.count >= BooksKey.byteCount else { throw .invitation(.cut) }
        let secret = Array(rest.prefix(BooksKey.byteCount))
        rest = rest.dropFirst(BooksKey.byteCount)
        let name = try take(&rest)
        var relays: [Relay] = []
        while !rest.isEmpty {
            let relayName = try take(&rest)
            relays.append(Relay(name: relayName, address: try take(&rest)))
        }
        return Invitation(secret: secret, name: name, relays: relays)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>) throws(SealingFailure) -> String {
        guard let count = rest.first, rest.count > Int(count),
            let text = String(validating: rest.dropFirst().prefix(Int(count)), as: UTF8.self)
        else { throw .invitation(.cut) }
        rest = rest.dropFirst(1 + Int(count))
        return text
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        // Cut at a character, never within one.
        var kept = text
        while kept.utf8.count > textBytesMax { kept.removeLast() }
        bytes.append(UInt8(kept.utf8.count))
        bytes.append(contentsOf: kept.utf8)
    }

    /// Four bytes of SHA-256: a mistyped character is found.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array("jalon invitation 1\0".utf8) + bytes).prefix(4))
    }
}

extension String {
    /// ASCII letters in lower case. Others stay what they are: some of them have an ASCII letter for
    /// their lower case and would pass for it.
    var asciiLowercased: String {
        String(
            decoding: utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
