import Foundation
import SyncClient
import TestSupport
import Testing
import Wire

/// Devices that meet in a folder.
@Suite struct FolderCarrierTests {
    let folder: CarriedFolder

    init() throws { folder = try CarriedFolder() }

    @Test func `two devices hold the same after a stick went to and fro`() async throws {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(3)
        try phone.write(2)
        #expect(try await laptop.sync(folder).written == 3)
        let second = try await phone.sync(folder)
        #expect(second.report.received == 3)
        #expect(second.written == 2)
        #expect(try await laptop.sync(folder).report.received == 2)
        #expect(laptop.hashes == phone.hashes)
    }

    @Test func `without news nothing is read and nothing is written`() async throws {
        let device = try Device()
        try device.write(40)
        try await device.sync(folder)
        // Whoever opened one of them now would find it damaged.
        for name in folder.files {
            let count = try folder.bytes(name).count
            try folder.write(Data(count: count), to: name)
        }
        let again = try await device.sync(folder)
        #expect(again.report.requests == 1)
        #expect(again.report.received == 0)
        #expect(again.written == 0)
        #expect(again.damaged.isEmpty)
    }

    @Test func `deleted files come back from any device that has them`() async throws {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(5)
        try await laptop.sync(folder)
        try await phone.sync(folder)
        for name in folder.files.prefix(3) { try folder.remove(name) }
        // The one that never wrote them brings them back.
        #expect(try await phone.sync(folder).written == 3)
        try folder.remove("segments")
        try folder.remove("jalon.json")
        await #expect(throws: FolderFailure.emptied(path: folder.path)) {
            try await phone.sync(folder, isNew: false)
        }
        #expect(try await phone.sync(folder).written == 5)
        let third = try Device(writer: 3)
        try await third.sync(folder)
        #expect(third.hashes == laptop.hashes)
    }

    @Test func `two devices that write at the same moment both arrive`() async throws {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(30)
        try phone.write(30)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in [UInt8(1), 2] {
                let path = folder.path
                group.addTask {
                    let device = try Device(writer: writer)
                    try device.write(30)
                    let store = try FolderStore(
                        path: path, books: device.books, isNew: true, random: SystemRandom.bytes)
                    let carrier = FolderCarrier(store, books: device.books)
                    var session = try SyncSession(device, over: carrier, comparing: true)
                    _ = try await session.run()
                }
            }
            try await group.waitForAll()
        }
        try await laptop.sync(folder)
        try await phone.sync(folder)
        #expect(laptop.hashes.count == 60)
        #expect(laptop.hashes == phone.hashes)
        #expect(folder.files.count == 60)
    }

    @Test func `the same segment written by two at once is one file`() async throws {
        let segments = try SegmentForge().segments(20)
        // Both listed the folder before either wrote.
        let (first, second) = (try folder.store(), try folder.store())
        try first.append(segments)
        try second.append(segments)
        #expect(folder.files.count == 20)
        #expect(try folder.store().segments(after: 0, bytesMax: .max).count == 20)
    }

    @Test func `a damaged file stops no other, and its good copy is fetched when it is there`()
        async throws
    {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(4)
        try await laptop.sync(folder)
        let name = folder.files[1]
        var bytes = try folder.bytes(name)
        bytes[280] ^= 0x40
        try folder.write(bytes, to: name)
        let visit = try await phone.sync(folder)
        #expect(visit.report.received == 3)
        #expect(visit.damaged == [name])
        try folder.remove(name)
        try await laptop.sync(folder)
        #expect(try await phone.sync(folder).report.received == 1)
        #expect(phone.hashes == laptop.hashes)
    }

    @Test func `many megabytes go in several requests`() async throws {
        let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
        try laptop.write(20, bodyBytes: 700_000)
        let sent = try await laptop.sync(folder)
        #expect(sent.written == 20)
        #expect(sent.report.requests > 2)
        #expect(try await phone.sync(folder).report.received == 20)
    }
}

/// The system's randomness.
private enum SystemRandom {
    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
