import Convergence
import Crypto
import Glibc
import Wire

/// A writer's record in a file of the machine's state folder, readable by its owner alone.
///
/// The record is one small block, written in place without a sync after each commit: after a power
/// loss it may be old, and a torn one is found by its checksum.
package final class FileWriterVault: WriterVault {
    private let folder: String
    private var path: String { folder + "/writer" }
    private static let byteCount = 32 + 8 + 32 + 8

    /// The vault in this folder, which is made when a record is first kept.
    package init(folder: String) { self.folder = folder }

    package func load() throws -> WriterRecord? {
        guard let bytes = try FileBytes.readIfThere(path, countMax: 4096),
            bytes.count == Self.byteCount,
            Self.checksum(Array(bytes[..<72])) == Array(bytes[72...]),
            let id = ChangeID(bytes: bytes[40..<72])
        else { return nil }
        let number = bytes[32..<40].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int64(exactly: number) else { return nil }
        return WriterRecord(seed: Array(bytes[..<32]), number: number, id: id)
    }

    package func create(_ record: WriterRecord) throws {
        try FileBytes.makeFolder(folder)
        try FileBytes.replace(path, with: Self.bytes(of: record))
    }

    package func advance(_ record: WriterRecord) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return try create(record) }
        defer { close(descriptor) }
        let bytes = Self.bytes(of: record)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw ReplicationFailure.file(path: path, errno: errno)
        }
    }

    private static func bytes(of record: WriterRecord) -> [UInt8] {
        var bytes = record.seed
        bytes.append(bigEndian: UInt64(record.number))
        bytes.append(contentsOf: record.id.bytes)
        return bytes + checksum(bytes)
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array("jalon writer record 1\0".utf8) + bytes).prefix(8))
    }
}
