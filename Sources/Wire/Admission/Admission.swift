import Crypto

/// How a device shows a relay that it holds the books' key, without showing the key.
///
/// The books' id is the hash of an admission key that only members can sign with, so a relay can
/// check a proof without having met the books before, and nobody else can claim their id.
package struct Admission: Hashable, Sendable {
    /// The admission key: an Ed25519 public key of 32 bytes.
    package let key: [UInt8]
    /// SHA-256 of the token that the device made and will show.
    package let tokenHash: [UInt8]
    /// The signature over ``signedBytes(books:tokenHash:)``.
    package let proof: [UInt8]

    /// Bytes of a token.
    package static let tokenBytes = 32

    /// Makes an admission; nil when a part has not its size.
    package init?(key: [UInt8], tokenHash: [UInt8], proof: [UInt8]) {
        guard key.count == 32, tokenHash.count == 32, proof.count == 64 else { return nil }
        self.key = key
        self.tokenHash = tokenHash
        self.proof = proof
    }

    /// The books' id that an admission key gives.
    package static func books(of key: [UInt8]) -> BooksID {
        let hash = SHA256.hash(data: Array("jalon books 1\0".utf8) + key)
        return BooksID(checked: Array(hash.prefix(BooksID.byteCount)))
    }

    /// What is signed: a domain, the books and the token's hash.
    package static func signedBytes(books: BooksID, tokenHash: [UInt8]) -> [UInt8] {
        Array("jalon admission 1\0".utf8) + books.bytes + tokenHash
    }

    /// Why the admission does not hold for these books; nil when it does.
    package func fault(for books: BooksID) -> Refusal.Code? {
        guard Self.books(of: key) == books,
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
        else { return .key }
        let signed = Self.signedBytes(books: books, tokenHash: tokenHash)
        return publicKey.isValidSignature(proof, for: signed) ? nil : .proof
    }
}
