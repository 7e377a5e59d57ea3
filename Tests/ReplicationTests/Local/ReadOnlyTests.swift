import Convergence
import Foundation
import Glibc
import Replication
import TestSupport
import Testing

/// The file system's user of this thread alone: other tests go on as they are.
@_silgen_name("setfsuid") @discardableResult
private func setfsuid(_ user: uid_t) -> Int32

/// Books that lie where nothing can be written can be read.
@Suite struct ReadOnlyTests {
    /// Runs a body as a user who owns nothing here, as far as files go; the superuser may write
    /// everywhere otherwise.
    private func unprivileged(_ body: () throws -> Void) rethrows {
        let isSuper = geteuid() == 0
        if isSuper { setfsuid(65_534) }
        defer { if isSuper { setfsuid(0) } }
        try body()
    }

    private func setMode(_ mode: Int, below path: String) throws {
        let manager = FileManager.default
        for name in try manager.subpathsOfDirectory(atPath: path) {
            let file = path + "/" + name
            var isFolder: ObjCBool = false
            _ = manager.fileExists(atPath: file, isDirectory: &isFolder)
            let bits = isFolder.boolValue ? mode | 0o111 : mode
            try manager.setAttributes([.posixPermissions: bits], ofItemAtPath: file)
        }
        try manager.setAttributes([.posixPermissions: mode | 0o111], ofItemAtPath: path)
    }

    @Test func `reading works in a read-only folder, writing says why not`() throws {
        let folder = try BooksFolder()
        try folder.create().write { try $0.put("thing", History.rows[0], ["f": 7]) }
        let books = folder.path + "/books"
        try setMode(0o444, below: books)
        defer { try? setMode(0o755, below: books) }
        try unprivileged {
            let reader = try folder.open(.reading)
            #expect(try reader.read { try $0.rows("SELECT f FROM thing").first?["f"] } == 7)
            #expect(try reader.verify().findings.isEmpty)
            #expect(try reader.status().unsealed == 1)
            do {
                _ = try folder.open()
                Issue.record("opened for writing")
            } catch ReplicationFailure.readOnly {
                // As it should be.
            }
        }
    }

    @Test func `reading changes no byte of the books`() throws {
        let folder = try BooksFolder()
        try folder.create().write { try $0.put("thing", History.rows[0], ["f": 7]) }
        let before = [
            folder.bytes("books.sqlite"), folder.bytes("books.sqlite-wal"), folder.bytes("key"),
        ]
        let reader = try folder.open(.reading)
        _ = try reader.verify()
        _ = try reader.status()
        _ = try reader.log()
        let after = [
            folder.bytes("books.sqlite"), folder.bytes("books.sqlite-wal"), folder.bytes("key"),
        ]
        #expect(before == after)
    }
}
