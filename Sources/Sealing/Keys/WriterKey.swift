import Crypto
package import Wire

/// A writer's private key. It lives in the machine's state folder, never in the books' folder, so
/// that a copy of the books cannot write as this writer.
package struct WriterKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// The writer's name.
    package let writer: WriterID

    /// Takes 32 bytes of a seed; throws ``SealingFailure/signingKey`` for any other count.
    package init(seed: [UInt8]) throws(SealingFailure) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
            let writer = WriterID(bytes: Array(key.publicKey.rawRepresentation))
        else { throw .signingKey }
        self.key = key
        self.writer = writer
    }

    /// The seed, as stored.
    package var seed: [UInt8] { Array(key.rawRepresentation) }

    /// Signs bytes; throws ``SealingFailure/signingKey`` when the system cannot.
    func sign(_ bytes: [UInt8]) throws(SealingFailure) -> [UInt8] {
        guard let signature = try? key.signature(for: bytes) else { throw .signingKey }
        return Array(signature)
    }
}
