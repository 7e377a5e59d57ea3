import Convergence
import Crypto
import RelayServer
import Sealing

extension FuzzTarget {
    /// What people type or paste to come in.
    static let texts: [FuzzTarget] = [
        FuzzTarget("invitation") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let text: String
            if bytes.takeFirst() & 1 == 0 {
                guard let typed = bytes.validText else { return false }
                text = typed
            } else {
                text = invitation(around: bytes)
            }
            guard let invitation = try? Invitation(text: text) else { return false }
            try require(BooksKey(secret: invitation.secret) != nil, "it names a secret")
            let again = try made("a written invitation is read") {
                try Invitation(text: invitation.text)
            }
            try require(again.text == invitation.text, "an invitation says the same again")
            try require(again.secret == invitation.secret, "the secret is kept")
            return true
        },
        FuzzTarget("recovery-sheet") { bytes throws(BrokenProperty) in
            guard let text = bytes.validText, let sheet = try? RecoverySheet(text: text) else {
                return false
            }
            let written = sheet.lines.joined(separator: "\n")
            let again = try made("a written sheet is read") { try RecoverySheet(text: written) }
            try require(again == sheet, "a sheet says the same again")
            return true
        },
        FuzzTarget("enrolment") { bytes throws(BrokenProperty) in
            guard let text = bytes.validText,
                let secret = EnrolmentSecret(bytes: [UInt8](repeating: 9, count: 32)),
                let enrolment = Enrolment(text: text, secret: secret)
            else { return false }
            try require(enrolment.text == text.lowercased(), "an enrolment has one text")
            let again = Enrolment(nonce: enrolment.nonce, secret: secret)
            try require(again == enrolment, "a nonce gives one enrolment")
            return true
        },
        FuzzTarget("base64url") { bytes throws(BrokenProperty) in
            guard let decoded = Base64URL.decode(bytes[...]) else { return false }
            try require(Array(Base64URL.encode(decoded).utf8) == bytes, "bytes have one text")
            return true
        },
        FuzzTarget("base32") { bytes throws(BrokenProperty) in
            guard let text = bytes.validText, let decoded = Base32.decode(text) else {
                return false
            }
            try require(Base32.encode(decoded) == text.lowercased(), "bytes have one text")
            return true
        },
    ]

    /// A parcel of an invitation with the right count and checksum around any bytes.
    private static func invitation(around bytes: [UInt8]) -> String {
        let bytes = bytes.prefix(0xffff)
        let whole = [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
        let sum = SHA256.hash(data: Array("jalon invitation 1\0".utf8) + whole).prefix(4)
        return "jalon1-" + Base32.encode(whole + sum)
    }
}
