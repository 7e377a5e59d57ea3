import Foundation
import SyncClient
import TestSupport
import Testing
import Wire

/// What a folder gets back of what was damaged there, and what is cleaned away.
@Suite struct FolderMendingTests {
    let folder: CarriedFolder

    init() throws { folder = try CarriedFolder() }

    private func damage(_ name: String) throws {
        var bytes = try folder.bytes(name)
        bytes[280] ^= 0x40
        try folder.write(bytes, to: name)
    }

    /// Opens files as a user who owns none of them: root reads everything. It holds for this thread,
    /// so nothing in `body` may wait.
    private func asSomebodyElse<Value>(_ body: () throws -> Value) throws -> Value {
        typealias Change = @convention(c) (uid_t) -> CInt
        let symbol = try some(dlsym(dlopen(nil, RTLD_NOW), "setfsuid"))
        let change = unsafeBitCast(symbol, to: Change.self)
        _ = change(geteuid() == 0 ? 65_534 : geteuid())
        defer { _ = change(geteuid()) }
        return try body()
    }

    @Test func `a damaged file of the right size is written again by a device that holds it`()
        async throws
    {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(4)
        try await laptop.sync(folder)
        let names = folder.files
        try damage(names[1])
        #expect(try await phone.sync(folder).damaged == [names[1]])
        let mending = try await laptop.sync(folder)
        #expect(mending.written == 1)
        #expect(mending.damaged.isEmpty)
        #expect(folder.files == names)
        let visit = try await phone.sync(folder)
        #expect(visit.report.received == 1)
        #expect(visit.damaged.isEmpty)
        #expect(phone.hashes == laptop.hashes)
    }

    @Test func `a file that the system refuses to read is told with its place and stops no other`()
        async throws
    {
        let laptop = try Device(writer: 1)
        try laptop.write(3)
        try await laptop.sync(folder)
        let name = folder.files[1]
        for path in ["", "/segments", "/" + name.prefix("segments/a".count)] {
            chmod(folder.path + path, 0o755)
        }
        chmod(folder.path + "/" + name, 0)
        let store = try folder.store(laptop.books)
        let all = store.inventory()
        let read = try asSomebodyElse { try store.segments(all, bytesMax: 1 << 20) }
        #expect(read.count == 2)
        #expect(store.fault == .unread(path: folder.path + "/" + name, errno: EACCES))
        #expect(store.damaged.isEmpty)
        // It is read once it can be.
        chmod(folder.path + "/" + name, 0o644)
        #expect(try store.segments(all, bytesMax: 1 << 20).count == 3)
        #expect(store.fault == nil)
    }

    @Test func `a file that nobody holds any more stays named, and is noted once`() async throws {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(2)
        try await laptop.sync(folder)
        let name = folder.files[0]
        try damage(name)
        for _ in 0..<3 {
            #expect(try await phone.sync(folder).damaged == [name])
            #expect(folder.files.count == 3)
        }
    }

    @Test func `a note beside a file that is whole again goes, and nothing is written`()
        async throws
    {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(1)
        try await laptop.sync(folder)
        let name = folder.files[0]
        let bytes = try folder.bytes(name)
        try damage(name)
        try await phone.sync(folder)
        #expect(folder.files.count == 2)
        try folder.write(bytes, to: name)
        #expect(try await laptop.sync(folder).written == 0)
        #expect(folder.files == [name])
    }

    @Test func `a file that was damaged here only is taken from another device's good copy`()
        async throws
    {
        let (laptop, phone, tablet) = (
            try Device(writer: 1), try Device(writer: 2), try Device(writer: 3)
        )
        try laptop.write(1)
        try await laptop.sync(folder)
        try await phone.sync(folder)
        try damage(folder.files[0])
        try await tablet.sync(folder)
        // The one that never wrote it mends it.
        #expect(try await phone.sync(folder).written == 1)
        #expect(try await tablet.sync(folder).report.received == 1)
    }

    @Test func `drafts of a crash are removed by a later meeting, and only when a day old`()
        throws
    {
        let segment = try SegmentForge().segment(1)
        try folder.store().append([segment])
        let place = folder.files[0].split(separator: "/").dropLast().joined(separator: "/")
        let now: Int64 = 1_800_000_000_000
        let draft = place + "/~abcdefghijklmnop.tmp"
        func lay(_ name: String, age: Double) throws {
            try folder.write(Data([1]), to: name)
            let date = Date(timeIntervalSince1970: Double(now) / 1_000 - age)
            try FileManager.default.setAttributes(
                [.modificationDate: date], ofItemAtPath: folder.path + "/" + name)
        }
        func list(at now: Int64?) throws {
            _ = try FolderStore(
                path: folder.path, books: segment.header.books, isNew: false, now: now,
                random: { [UInt8](repeating: 1, count: $0) })
        }
        try lay(draft, age: 86_400)
        let syncthing = place + "/~syncthing~x.tmp"
        try lay(syncthing, age: 1e6)
        try list(at: now)
        #expect(folder.files.contains(draft))
        // Who only looks removes nothing.
        try list(at: nil)
        #expect(folder.files.contains(draft))
        try list(at: now + 1)
        #expect(!folder.files.contains(draft))
        #expect(folder.files.contains(syncthing))
        // A clock that was set back finds nothing old.
        try lay(draft, age: 86_401)
        try list(at: 0)
        #expect(folder.files.contains(draft))
    }
}
