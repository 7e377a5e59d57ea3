import Convergence
import Crypto
import Foundation
import Glibc

/// The right to bring books to a relay: a text that the relay's owner hands out.
///
/// The relay checks it with its secret alone, so it still holds after the relay's data was wiped.
package struct Enrolment: Hashable, Sendable {
    private static let prefix = "jalon-enrol-"
    private static let nonceBytes = 10
    private static let codeBytes = 20

    /// What tells one enrolment from another.
    package let nonce: [UInt8]
    /// The text to hand out.
    package let text: String

    /// Makes a new one from ten random bytes.
    package init(nonce: [UInt8], secret: EnrolmentSecret) {
        self.nonce = nonce
        text = Self.prefix + Base32.encode(nonce + secret.code(of: nonce))
    }

    /// Makes a new one.
    package static func random(secret: EnrolmentSecret) -> Enrolment {
        Enrolment(nonce: RelayRandom.bytes(nonceBytes), secret: secret)
    }

    /// Reads a text; nil unless this secret made it.
    package init?(text: String, secret: EnrolmentSecret) {
        guard text.utf8.count <= 200, text.lowercased().hasPrefix(Self.prefix),
            let bytes = Base32.decode(text.dropFirst(Self.prefix.count)),
            bytes.count == Self.nonceBytes + Self.codeBytes
        else { return nil }
        let nonce = Array(bytes.prefix(Self.nonceBytes))
        guard secret.isCode(bytes.suffix(Self.codeBytes), of: nonce) else { return nil }
        self.init(nonce: nonce, secret: secret)
    }
}

/// What a relay makes and checks enrolments with; kept apart from its data.
package struct EnrolmentSecret: Sendable {
    private static let byteCount = 32
    private let key: SymmetricKey

    /// A secret of 32 bytes; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Reads the secret's file, or makes it, readable by its owner only. Of starts at once one makes
    /// it, and the others read it.
    package init(file: String) throws(RelayFailure) {
        if let secret = try Self.read(file) {
            self = secret
            return
        }
        try Self.write(Base64URL.encode(RelayRandom.bytes(Self.byteCount)) + "\n", to: file)
        guard let secret = try Self.read(file) else { throw Self.failure(file, ENOENT) }
        self = secret
    }

    /// The secret in a file; nil when there is no file. One that cannot be read is not taken for none.
    private static func read(_ file: String) throws(RelayFailure) -> EnrolmentSecret? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(file, errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(file, errno) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = Base64URL.decode(text), let secret = Self(bytes: bytes) else {
            throw .badSecret(path: file)
        }
        return secret
    }

    /// Writes it under another name, syncs it and only then gives it its own, unless another start
    /// did: what is cut off leaves no half secret, which every later start would have to refuse.
    private static func write(_ text: String, to file: String) throws(RelayFailure) {
        let folder = DataFolder.parent(of: file)
        try DataFolder.make(folder)
        let draft = file + ".new." + Base32.encode(RelayRandom.bytes(5))
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(file, errno) }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWhole =
            Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isWhole else { throw failure(file, problem) }
        guard link(draft, file) == 0 || errno == EEXIST || give(draft, file) else {
            throw failure(file, errno)
        }
        try DataFolder.sync(folder)
    }

    /// For disks that know no second name of a file.
    private static func give(_ draft: String, _ file: String) -> Bool {
        access(file, F_OK) == 0 || rename(draft, file) == 0
    }

    private static func failure(_ file: String, _ code: Int32) -> RelayFailure {
        .files(path: file, reason: String(cString: strerror(code)))
    }

    fileprivate func code(of nonce: [UInt8]) -> [UInt8] {
        Array(authentication(of: nonce).prefix(20))
    }

    fileprivate func isCode(_ code: some Collection<UInt8>, of nonce: [UInt8]) -> Bool {
        // Compared without an early end, so that time tells nothing about the right one.
        let right = self.code(of: nonce)
        guard code.count == right.count else { return false }
        return zip(code, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func authentication(of nonce: [UInt8]) -> [UInt8] {
        let message = Array("jalon enrolment 1\0".utf8) + nonce
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }
}

/// Random bytes of the system.
package enum RelayRandom {
    /// `count` bytes that nobody can foresee.
    package static func bytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }
}
