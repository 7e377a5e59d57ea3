import Convergence
import Crypto

/// A run of consecutive changes of one writer, sealed and signed: the unit of storage and transfer.
///
/// A segment is immutable. Whoever holds it can check its signature and hand it on; only members of
/// the books can open it.
package struct Segment: Hashable, Sendable {
    /// Bytes of a key commitment.
    package static let commitmentBytes = 16
    /// Bytes of a signature.
    package static let signatureBytes = 64

    /// What is said in clear.
    package let header: SegmentHeader
    /// A value that only the body's key gives, so that one body cannot open under two keys.
    package let commitment: [UInt8]
    /// The sealer's Ed25519 signature over ``signedBytes(header:commitment:body:)``.
    package let signature: [UInt8]
    /// The sealed changes, their authentication tag last.
    package let body: [UInt8]
    /// SHA-256 of the binary form.
    package let hash: SegmentHash

    /// Puts a segment together; nil when a part is out of bounds. The signature is not checked here.
    package init?(header: SegmentHeader, commitment: [UInt8], signature: [UInt8], body: [UInt8]) {
        guard commitment.count == Self.commitmentBytes, signature.count == Self.signatureBytes,
            body.count > 16, body.count <= Limits.bodyBytesMax
        else { return nil }
        self.header = header
        self.commitment = commitment
        self.signature = signature
        self.body = body
        var hasher = SHA256()
        hasher.update(data: header.bytes)
        hasher.update(data: commitment)
        hasher.update(data: signature)
        hasher.update(data: body)
        hash = SegmentHash(checked: Array(hasher.finalize()))
    }

    /// The binary form: header, commitment, signature, body.
    package var encoded: [UInt8] {
        header.bytes + commitment + signature + body
    }

    /// Reads the binary form; nil unless it is one. The signature is not checked here.
    package init?(encoded bytes: [UInt8]) {
        let commitmentEnd = SegmentHeader.byteCount + Self.commitmentBytes
        let signatureEnd = commitmentEnd + Self.signatureBytes
        guard bytes.count > signatureEnd,
            let header = SegmentHeader(bytes: bytes[..<SegmentHeader.byteCount])
        else { return nil }
        self.init(
            header: header, commitment: Array(bytes[SegmentHeader.byteCount..<commitmentEnd]),
            signature: Array(bytes[commitmentEnd..<signatureEnd]),
            body: Array(bytes[signatureEnd...]))
    }

    /// What a sealer signs: a domain, the header, the commitment and the body's SHA-256.
    package static func signedBytes(
        header: SegmentHeader, commitment: [UInt8], body: [UInt8]
    ) -> [UInt8] {
        var bytes = Array("jalon segment signature 1\0".utf8)
        bytes.append(contentsOf: header.bytes)
        bytes.append(contentsOf: commitment)
        bytes.append(contentsOf: SHA256.hash(data: body))
        return bytes
    }

    /// Whether the sealer signed exactly this.
    package var isSignedBySealer: Bool {
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: header.sealer.bytes)
        let signed = Self.signedBytes(header: header, commitment: commitment, body: body)
        return key?.isValidSignature(signature, for: signed) ?? false
    }
}
