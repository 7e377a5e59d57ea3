import Foundation
import SyncClient
import TestSupport
import Testing
import Wire

/// What lies in a folder, whatever other programs and devices do there.
@Suite struct FolderStoreTests {
    let folder: CarriedFolder
    let forge: SegmentForge

    init() throws {
        folder = try CarriedFolder()
        forge = try SegmentForge()
    }

    @Test(arguments: SegmentStoreContract.clauses)
    func `a mailbox in a folder keeps the contract`(_ clause: SegmentStoreContract) throws {
        try clause.check(try folder.store(), forge)
    }

    @Test
    func `a segment's file is called as the protocol says, whole, and nothing lies beside it`()
        throws
    {
        let segment = try forge.segment(1, to: 3)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        let parts = name.split(separator: "/")[2].split(separator: "-")
        #expect(folder.files.count == 1)
        #expect(parts.count == 5)
        #expect(parts[1] == "1")
        #expect(parts[3] == "\(segment.encoded.count)")
        #expect(parts[4].hasSuffix(".jalon") && parts[4].count == 52 + 6)
        #expect(name.split(separator: "/")[1] == parts[4].prefix(1))
        #expect(Array(try folder.bytes(name)) == segment.encoded)
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-./")
        #expect(name.allSatisfy { allowed.contains($0) })
        #expect(name.split(separator: "/")[2].utf8.count <= 143)
        let marker = String(decoding: try folder.bytes("jalon.json"), as: UTF8.self)
        #expect(
            marker == "{\"jalon\":1,\"layout\":1,\"books\":\"\(SegmentForge.someBooks.text)\"}\n")
    }

    @Test func `the segment that the protocol works out has the name that it works out`() throws {
        let place = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let page = try some(FileManager.default.contents(atPath: "/\(place)/Protocol/segments.md"))
        let text = String(decoding: page, as: UTF8.self)
        let block = try some(text.components(separatedBy: "```\nheader ").dropFirst().first)
        let digits = try some(block.components(separatedBy: "\nhash").first)
            .split(whereSeparator: \.isWhitespace)
            .filter { $0.allSatisfy { "0123456789abcdef".contains($0) } }.joined()
        let bytes = try stride(from: 0, to: digits.count, by: 2).map { offset in
            try some(UInt8(digits.dropFirst(offset).prefix(2), radix: 16))
        }
        let segment = try some(Segment(encoded: bytes))
        try folder.store(segment.header.books).append([segment])
        #expect(
            folder.files == [
                "segments/2/2bflemtufo2kwoqt-1-p74rf2ucg3gjadve-490-"
                    + "2z75wljlttckanxrpa5kmk5npka3kkuyy3z2pyyoqx3j6hhzhq7a.jalon"
            ])
        let marker = String(decoding: try folder.bytes("jalon.json"), as: UTF8.self)
        #expect(marker == "{\"jalon\":1,\"layout\":1,\"books\":\"-T0xBaG331TSLDeS3YWUMA\"}\n")
    }

    @Test func `a second store finds what the first one wrote`() throws {
        let segments = try forge.segments(20)
        try folder.store().append(segments)
        let again = try folder.store(isNew: false)
        #expect(again.inventory() == segments.map(\.hash))
        #expect(try again.segments(after: 0, bytesMax: .max).map(\.segment) == segments)
        try again.append(segments)
        #expect(again.written == 0)
    }

    @Test func `a file that is cut short does not count, and is written again`() throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        for count in [0, 1, 200, segment.encoded.count - 1] {
            try folder.write(Data(segment.encoded.prefix(count)), to: name)
            let reader = try folder.store()
            #expect(reader.inventory().isEmpty)
            #expect(try reader.segments([segment.hash], bytesMax: .max).isEmpty)
            #expect(reader.damaged == [name])
        }
        let owner = try folder.store()
        try owner.append([segment])
        #expect(owner.damaged.isEmpty)
        #expect(Array(try folder.bytes(name)) == segment.encoded)
    }

    @Test func `a file of the right size and other bytes is passed over and named`() throws {
        let segments = try forge.segments(2)
        try folder.store().append(segments)
        let name = try some(folder.files.first { $0.contains("-1-") })
        var bytes = try folder.bytes(name)
        bytes[300] ^= 1
        try folder.write(bytes, to: name)
        let store = try folder.store()
        #expect(try store.segments(after: 0, bytesMax: .max).map(\.segment) == [segments[1]])
        #expect(store.damaged == [name])
    }

    @Test(arguments: [
        " (conflicted copy 2026-11-21).jalon", " (Anna's conflicted copy).jalon",
        ".sync-conflict-20261121-081500-ABCDEFG.jalon", "-LAPTOP.jalon", " (1).jalon",
    ])
    func `a conflict copy is as good as the file itself`(_ ending: String) throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        let copy = name.dropLast(6) + ending
        try folder.move(name, to: String(copy))
        #expect(try folder.store().segments([segment.hash], bytesMax: .max) == [segment])
        // The file itself came damaged, and the copy is whole.
        var bytes = Data(segment.encoded)
        bytes[250] ^= 1
        try folder.write(bytes, to: name)
        let store = try folder.store()
        #expect(store.inventory() == [segment.hash])
        #expect(try store.segments([segment.hash], bytesMax: .max) == [segment])
        #expect(store.damaged.isEmpty)
    }

    @Test(arguments: [
        ".syncthing.NAME.tmp", "~syncthing~NAME.tmp", ".NAME.Xy12Ab", "NAME.part", "NAME.tmp",
        "~$NAME", ".~NAME", "NAME.crdownload", ".dropbox.attr",
    ])
    func `what other programs write beside a file is no segment`(_ pattern: String) throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        let parts = name.split(separator: "/")
        let other = pattern.replacing("NAME", with: String(parts[2]))
        try folder.move(name, to: "segments/\(parts[1])/\(other)")
        let store = try folder.store()
        #expect(store.inventory().isEmpty)
        #expect(store.damaged.isEmpty)
        try store.append([segment])
        #expect(try folder.store().inventory() == [segment.hash])
    }

    @Test func `a name in capitals is the same name`() throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        let parts = name.split(separator: "/")
        try folder.move(name, to: "segments/\(parts[1])/\(parts[2].uppercased())")
        #expect(try folder.store().segments([segment.hash], bytesMax: .max) == [segment])
    }

    @Test func `files with the name of another segment, or in another subfolder, are passed over`()
        throws
    {
        let segments = try forge.segments(2)
        try folder.store().append(segments)
        let (first, second) = (folder.files[0], folder.files[1])
        // The same size, another segment's bytes.
        try folder.write(try folder.bytes(second), to: first)
        let store = try folder.store()
        #expect(try store.segments(after: 0, bytesMax: .max).count == 1)
        #expect(try folder.store().inventory().count == 1)
        try folder.makeFolder("segments/elsewhere")
        try folder.move(second, to: "segments/elsewhere/" + second.split(separator: "/")[2])
        #expect(try folder.store().inventory().isEmpty)
    }

    @Test func `a segment of other books that came between them is passed over`() throws {
        let segment = try forge.segment(1)
        let other = BooksID(checked: [UInt8](repeating: 9, count: 16))
        let elsewhere = try CarriedFolder(seed: 2)
        let stranger = try SegmentForge(books: other).segment(2)
        try elsewhere.store(other).append([stranger])
        try folder.store().append([segment])
        let name = elsewhere.files[0]
        try folder.makeFolder(String(name.split(separator: "/").dropLast().joined(separator: "/")))
        try folder.write(try elsewhere.bytes(name), to: name)
        let store = try folder.store()
        #expect(try store.segments(after: 0, bytesMax: .max).map(\.segment) == [segment])
        #expect(store.damaged == [name])
    }

    @Test func `links, folders and pipes are never followed, opened or waited for`() throws {
        let segments = try forge.segments(4)
        try folder.store().append(segments)
        let files = folder.files
        let outside = try CarriedFolder(seed: 2)
        try outside.write(try folder.bytes(files[0]), to: "secret")
        for name in files { try folder.remove(name) }
        try folder.link(files[0], to: outside.path + "/secret")
        try folder.makeFolder(files[1])
        #expect(mkfifo(folder.path + "/" + files[2], 0o600) == 0)
        try folder.link(files[3], to: "/dev/zero")
        let store = try folder.store()
        #expect(store.inventory().isEmpty)
        #expect(try store.segments(segments.map(\.hash), bytesMax: .max).isEmpty)
        // A name that a folder has cannot be taken; links and pipes make way.
        let byFile = Dictionary(
            uniqueKeysWithValues: segments.map { segment in
                (files.first { $0.contains("-\(segment.header.first)-") } ?? "", segment)
            })
        for (number, name) in files.enumerated() {
            let segment = try some(byFile[name])
            if number == 1 {
                #expect(throws: FolderFailure.self) { try folder.store().append([segment]) }
            } else {
                try folder.store().append([segment])
            }
        }
        #expect(try folder.store().inventory().count == 3)
        #expect(try outside.bytes("secret").count == segments[0].encoded.count)
    }

    @Test func `a subfolder that is a link leads nowhere`() throws {
        let outside = try CarriedFolder(seed: 2)
        let segment = try forge.segment(1)
        try outside.store().append([segment])
        let letter = outside.files[0].split(separator: "/")[1]
        _ = try folder.store()
        try folder.makeFolder("segments")
        try folder.link("segments/\(letter)", to: outside.path + "/segments/\(letter)")
        let store = try folder.store()
        #expect(store.inventory().isEmpty)
        #expect(
            throws: FolderFailure.inTheWay(path: "\(folder.path)/segments/\(letter)")
        ) { try store.append([segment]) }
        #expect(outside.files.count == 1)
    }

    @Test func `a marker that is a link or a pipe is not read`() throws {
        let outside = try CarriedFolder(seed: 2)
        _ = try outside.store()
        try folder.link("jalon.json", to: outside.path + "/jalon.json")
        #expect(throws: FolderFailure.unreadable(path: folder.path + "/jalon.json")) {
            try folder.store()
        }
        try folder.remove("jalon.json")
        #expect(mkfifo(folder.path + "/jalon.json", 0o600) == 0)
        #expect(throws: FolderFailure.unreadable(path: folder.path + "/jalon.json")) {
            try folder.store()
        }
    }

    @Test func `a huge file is not read`() throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        let name = try some(folder.files.first)
        #expect(truncate(folder.path + "/" + name, 1 << 40) == 0)
        #expect(try folder.store().inventory().isEmpty)
        #expect(truncate(folder.path + "/jalon.json", 1 << 40) == 0)
        #expect(throws: FolderFailure.unreadable(path: folder.path + "/jalon.json")) {
            try folder.store()
        }
    }

    @Test func `a folder of other books, of a later layout, or of something else is left alone`()
        throws
    {
        _ = try folder.store(BooksID(checked: [UInt8](repeating: 9, count: 16)))
        #expect(throws: FolderFailure.otherBooks(path: folder.path)) { try folder.store() }
        let text = "{\"jalon\":1,\"layout\":2,\"news\":true}\n"
        try folder.write(Data(text.utf8), to: "jalon.json")
        #expect(throws: FolderFailure.newer(path: folder.path)) { try folder.store() }
        try folder.write(Data("{\"jalon\":1,\"la".utf8), to: "jalon.json")
        #expect(throws: FolderFailure.unreadable(path: folder.path)) { try folder.store() }
        try folder.remove("jalon.json")
        try folder.write(Data(), to: "holiday.jpg")
        #expect(throws: FolderFailure.foreign(path: folder.path, found: "holiday.jpg")) {
            try folder.store()
        }
        #expect(throws: FolderFailure.notAFolder(path: folder.path + "/holiday.jpg")) {
            try FolderStore(
                path: folder.path + "/holiday.jpg", books: forge.books, isNew: true,
                random: { [UInt8](repeating: 1, count: $0) })
        }
    }

    @Test func `what systems and synchronising programs leave in a folder is no hindrance`() throws
    {
        for name in ["System Volume Information", ".Trash-1000", "lost+found", ".stfolder"] {
            try folder.makeFolder(name)
        }
        try folder.write(Data(), to: "desktop.ini")
        try folder.write(Data(), to: "jalon (conflicted copy).json")
        try folder.store().append([try forge.segment(1)])
        #expect(try folder.store().inventory().count == 1)
    }

    @Test func `a marker that was lost or emptied is written again where segments lie`() throws {
        let segment = try forge.segment(1)
        try folder.store().append([segment])
        try folder.remove("jalon.json")
        #expect(try folder.store(isNew: false).inventory() == [segment.hash])
        try folder.write(Data(), to: "jalon.json")
        #expect(try folder.store(isNew: false).inventory() == [segment.hash])
        #expect(try folder.bytes("jalon.json").count > 20)
    }

    @Test func `a folder that was met before and is bare now is not begun anew`() throws {
        #expect(throws: FolderFailure.emptied(path: folder.path)) {
            try folder.store(isNew: false)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `only the last part of a path is made`() throws {
        let random: (Int) -> [UInt8] = { [UInt8](repeating: 1, count: $0) }
        let deep = folder.path + "/stick/jalon"
        #expect(throws: FolderFailure.missing(path: deep)) {
            try FolderStore(path: deep, books: forge.books, isNew: true, random: random)
        }
        let shallow = folder.path + "/jalon"
        _ = try FolderStore(path: shallow, books: forge.books, isNew: true, random: random)
        #expect(throws: FolderFailure.missing(path: folder.path + "/other")) {
            try FolderStore(
                path: folder.path + "/other", books: forge.books, isNew: false, random: random)
        }
    }
}
