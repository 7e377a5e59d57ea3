import Convergence
import Crypto
package import Wire

/// The secret that makes a device a member of the books: 32 random bytes, from which all others are
/// derived with HKDF-SHA256 (RFC 5869).
///
/// It never leaves a member's devices but in an invitation or a recovery sheet.
package struct BooksKey: Sendable {
    /// The number of the key that seals today; a removed member will make it grow.
    package static let epoch: UInt32 = 1
    /// Bytes of the secret.
    package static let byteCount = 32

    /// The secret.
    package let secret: [UInt8]
    /// The books' id: the hash of the admission key.
    package let books: BooksID

    private let admissionKey: Curve25519.Signing.PrivateKey
    let chainKey: SymmetricKey
    let saltKey: SymmetricKey
    let epochKey: SymmetricKey

    /// Takes a secret; nil unless it has ``byteCount`` bytes.
    package init?(secret: [UInt8]) {
        guard secret.count == Self.byteCount,
            let admissionKey = try? Curve25519.Signing.PrivateKey(
                rawRepresentation: Self.derive("jalon admission key 1", from: secret))
        else { return nil }
        self.secret = secret
        self.admissionKey = admissionKey
        books = Admission.books(of: Array(admissionKey.publicKey.rawRepresentation))
        chainKey = SymmetricKey(data: Self.derive("jalon chain key 1", from: secret))
        saltKey = SymmetricKey(data: Self.derive("jalon salt key 1", from: secret))
        epochKey = SymmetricKey(data: Self.derive("jalon epoch key 1", from: secret))
    }

    private static func derive(_ purpose: String, from secret: [UInt8]) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array(purpose.utf8),
            outputByteCount: 32)
        return key.withUnsafeBytes { Array($0) }
    }

    /// The proof that admits a device which will show this token.
    ///
    /// Throws ``SealingFailure/signingKey`` when the system cannot sign.
    package func admission(token: [UInt8]) throws(SealingFailure) -> Admission {
        let tokenHash = Array(SHA256.hash(data: token))
        let signed = Admission.signedBytes(books: books, tokenHash: tokenHash)
        guard let proof = try? admissionKey.signature(for: signed),
            let admission = Admission(
                key: Array(admissionKey.publicKey.rawRepresentation), tokenHash: tokenHash,
                proof: Array(proof))
        else { throw .signingKey }
        return admission
    }
}
