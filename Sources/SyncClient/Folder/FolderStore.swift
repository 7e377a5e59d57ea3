import Convergence
import Foundation
import Glibc
package import Wire

/// A mailbox in a folder: one file for each segment, which nobody has to lock, so that sticks and
/// programs which synchronise files can carry it. `Protocol/transports.md` lays it out.
///
/// A folder has no order and nobody who keeps one. The order here is that of the names when the
/// store was opened, and then of what is appended: it holds for this store's life, and so does the
/// generation. What others put into the folder meanwhile is seen by the next store.
package final class FolderStore: SegmentStore {
    /// Names that are looked at: more are nobody's books.
    package static let namesMax = ClientConversation.inventoryMax
    /// Where the segments lie.
    static let segments = "segments"
    /// Copies of one segment that are tried.
    private static let copiesMax = 4

    /// The folder.
    package let path: String
    private let books: BooksID
    private let root: Directory
    private let random: (Int) -> [UInt8]
    private let generation: Generation
    private var order: [SegmentHash] = []
    private var marks: [Mark] = [.origin]
    private var files: [SegmentHash: [SegmentFileName]] = [:]
    /// Notes that say that a segment's files are damaged.
    private var notes: [SegmentHash: [String]] = [:]

    /// Files that are not what their names say, by where they lie in the folder: cut short, damaged,
    /// or still on their way. Those of which there is a whole copy are left out.
    package var damaged: [String] { suspects.values.sorted() }
    private var suspects: [SegmentHash: String] = [:]
    /// Why a segment that lies there could not be read, where the medium or the system refused it;
    /// the first by name. All others are read all the same.
    package var fault: FolderFailure? {
        unread.min { $0.value.path < $1.value.path }.map {
            .unread(path: $0.value.path, errno: $0.value.code)
        }
    }
    private var unread: [SegmentHash: (path: String, code: Int32)] = [:]
    /// Segments that were written.
    package private(set) var written = 0

    /// Opens a folder and lists it. Of segments only those are read of which a note says that they
    /// are damaged.
    ///
    /// `isNew`: the folder was never met before, so it may be made and begun. `now`: milliseconds
    /// since 1970, by which drafts that a crash left are old; without it none is. Throws
    /// ``FolderFailure``, and has then written nothing.
    package init(
        path: String, books: BooksID, isNew: Bool, now: Int64? = nil,
        random: @escaping (Int) -> [UInt8]
    ) throws(FolderFailure) {
        self.path = path
        self.books = books
        self.random = random
        generation = Generation(checked: random(Generation.byteCount))
        root = try Self.open(path, isNew: isNew)
        try Self.claim(root, path, books, isNew: isNew, random)
        try list(now: now)
    }

    // MARK: - Opening

    private static func open(_ path: String, isNew: Bool) throws(FolderFailure) -> Directory {
        // Only its last name: above it a stick would be mounted, or is not.
        if isNew { mkdir(path, 0o777) }
        do {
            return try Directory(path: path)
        } catch {
            switch error.code {
            case ENOENT: throw .missing(path: path)
            case ENOTDIR: throw .notAFolder(path: path)
            default: throw .files(path: path, errno: error.code)
            }
        }
    }

    /// Checks whose the folder is, or makes it these books'.
    private static func claim(
        _ root: borrowing Directory, _ path: String, _ books: BooksID, isNew: Bool,
        _ random: (Int) -> [UInt8]
    ) throws(FolderFailure) {
        let marker = path + "/" + FolderMarker.name
        do {
            let bytes = try root.read(FolderMarker.name, countMax: FolderMarker.byteCountMax)
            guard let bytes else { throw FolderFailure.unreadable(path: marker) }
            // A stick that was pulled out too early leaves names without contents.
            if !bytes.isEmpty { return try FolderMarker.check(bytes, books, path: path) }
        } catch let fault as SystemFault {
            guard fault.code == ENOENT else { throw .files(path: marker, errno: fault.code) }
        } catch let failure as FolderFailure {
            throw failure
        } catch {
            throw .unreadable(path: marker)
        }
        try checkBare(root, path, isNew: isNew)
        do {
            try root.write(
                FolderMarker.bytes(of: books), as: FolderMarker.name, draft: DraftName.new(random))
            try root.sync()
        } catch {
            throw error.failure(at: path)
        }
    }

    /// A folder without a marker is begun when nothing lies in it but what systems leave there.
    private static func checkBare(
        _ root: borrowing Directory, _ path: String, isNew: Bool
    ) throws(FolderFailure) {
        var found: String?
        var isBegun = false
        do {
            try root.eachName { name in
                let lower = name.lowercased()
                if lower == segments { isBegun = true }
                if !isLeftover(lower) { found = name }
                return found == nil
            }
        } catch {
            throw .files(path: path, errno: (error as? SystemFault)?.code ?? EIO)
        }
        if let found { throw .foreign(path: path, found: found) }
        guard isNew || isBegun else { throw .emptied(path: path) }
    }

    private static func isLeftover(_ name: String) -> Bool {
        let known = [
            segments, FolderMarker.name, "lost+found", "system volume information", "desktop.ini",
            "thumbs.db", "$recycle.bin",
        ]
        // Copies of the marker, and what synchronising programs and systems hide.
        return known.contains(name) || name.hasPrefix(".") || name.hasPrefix("~")
            || name.hasPrefix("jalon") && name.hasSuffix(".json")
    }

    // MARK: - Listing

    private func list(now: Int64?) throws(FolderFailure) {
        var names: [SegmentFileName] = []
        do {
            try collect(&names, now: now)
        } catch let failure as FolderFailure {
            throw failure
        } catch {
            throw .files(path: path, errno: (error as? SystemFault)?.code ?? EIO)
        }
        // As far as names tell, what depends on a segment comes after it; and of its copies the one
        // that bears its own name comes first.
        names.sort { left, right in
            (left.first, left.text.utf8.count, left.text)
                < (right.first, right.text.utf8.count, right.text)
        }
        for name in names where files[name.hash, default: []].count < Self.copiesMax {
            files[name.hash, default: []].append(name)
        }
        suspects = suspects.filter { files[$0.key] == nil }
        do {
            try heedNotes()
        } catch {
            throw (error as? FolderFailure) ?? .files(path: path, errno: EIO)
        }
        for name in names where files[name.hash]?.first == name { enlist(name.hash) }
    }

    /// A segment that is noted as damaged is there if one of its copies is whole; else whoever holds
    /// it writes it again.
    private func heedNotes() throws {
        for hash in notes.keys where files[hash] != nil {
            if try read(hash) == nil {
                files[hash] = nil
            } else {
                removeNotes(of: hash)
            }
        }
    }

    private func removeNotes(of hash: SegmentHash) {
        let place = try? subfolder(SegmentFileName.subfolder(of: hash))
        for name in notes.removeValue(forKey: hash) ?? [] { place?.remove(name) }
    }

    private func collect(_ names: inout [SegmentFileName], now: Int64?) throws {
        var count = 0
        for letter in SegmentFileName.subfolders {
            guard let place = try subfolder(letter) else { continue }
            try place.eachName { text in
                count += 1
                guard count <= Self.namesMax else { throw FolderFailure.tooMany(path: path) }
                guard let name = SegmentFileName(text) else {
                    if let now { clean(text, in: place, letter, now) }
                    return true
                }
                guard SegmentFileName.subfolder(of: name.hash) == letter else { return true }
                guard !name.isNote else {
                    notes[name.hash, default: []].append(text)
                    return true
                }
                // Written in full, or still on its way.
                if place.size(of: text) == name.byteCount {
                    names.append(name)
                } else {
                    suspects[name.hash] = "\(Self.segments)/\(letter)/\(text)"
                }
                return true
            }
        }
    }

    /// Removes a draft that a crash left.
    private func clean(
        _ name: String, in place: borrowing Directory, _ letter: String, _ now: Int64
    ) {
        guard DraftName.isOne(name), place.size(of: name) != nil else { return }
        let file = "\(path)/\(Self.segments)/\(letter)/\(name)"
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        guard let date = attributes?[.modificationDate] as? Date,
            date.timeIntervalSince1970 * 1_000 < Double(now) - DraftName.oldAfter
        else { return }
        place.remove(name)
    }

    /// An open subfolder; nil when nothing, or something that is no folder, has its name.
    private func subfolder(_ letter: String) throws -> Directory? {
        do {
            return try root.folder(Self.segments).folder(letter)
        } catch let fault where [ENOENT, ENOTDIR, ELOOP].contains(fault.code) {
            return nil
        }
    }

    private func enlist(_ hash: SegmentHash) {
        order.append(hash)
        marks.append(marks[marks.count - 1].following(hash))
    }

    // MARK: - The mailbox

    package func state() -> MailboxState {
        MailboxState(
            generation: generation, position: Int64(order.count), mark: marks[order.count])
    }

    package func mark(at position: Int64) -> Mark? {
        (0...Int64(order.count)).contains(position) ? marks[Int(position)] : nil
    }

    package func inventory() -> [SegmentHash] { order }

    package func segments(
        after position: Int64, bytesMax: Int
    ) throws -> [(position: Int64, segment: Segment)] {
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [(position: Int64, segment: Segment)] = []
        for next in Int(min(max(position, 0), Int64(order.count)))..<order.count {
            guard let segment = try read(order[next]) else { continue }
            guard budget.takes(segment) else { break }
            chosen.append((Int64(next + 1), segment))
        }
        return chosen
    }

    package func segments(_ hashes: [SegmentHash], bytesMax: Int) throws -> [Segment] {
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [Segment] = []
        for hash in hashes {
            guard let segment = try read(hash) else { continue }
            guard budget.takes(segment) else { break }
            chosen.append(segment)
        }
        return chosen
    }

    /// The segment of a hash, from the first of its files that holds it; nil when none does, which is
    /// noted for those who hold it.
    private func read(_ hash: SegmentHash) throws -> Segment? {
        let letter = SegmentFileName.subfolder(of: hash)
        var isDamaged = false
        for name in files[hash] ?? [] {
            let file = "\(Self.segments)/\(letter)/\(name.text)"
            let bytes: [UInt8]?
            do {
                bytes = try subfolder(letter)?.read(name.text, countMax: name.byteCount)
            } catch let fault as SystemFault where fault.code != ENOENT {
                // One bad sector stops no other, but is no file that may be on its way still.
                unread[hash] = (path: "\(path)/\(file)", code: fault.code)
                isDamaged = isDamaged || fault.code == EIO
                continue
            } catch is SystemFault {
                bytes = nil
            }
            if let segment = bytes.flatMap({ Segment(encoded: $0) }), segment.hash == hash,
                segment.header.books == books
            {
                suspects[hash] = nil
                unread[hash] = nil
                return segment
            }
            // A file that was cut since is for the next listing.
            isDamaged = isDamaged || bytes?.count == name.byteCount
            suspects[hash] = file
        }
        if isDamaged, notes[hash] == nil, let name = files[hash]?.first {
            // A kindness: the folder may be one that can only be read.
            try? subfolder(letter)?.write([], as: name.note, draft: DraftName.new(random))
        }
        return nil
    }

    // MARK: - Writing

    /// Writes those of the segments that the folder does not hold; throws ``FolderFailure`` when one
    /// cannot be written. Those before it are then in the folder.
    package func append(_ segments: [Segment]) throws {
        if let fault = keep(segments).fault { throw fault }
    }

    /// Writes segments in their order until one cannot be written; gives how many of them are in the
    /// folder for good, and what hindered the next.
    package func keep(_ segments: [Segment]) -> (count: Int, fault: FolderFailure?) {
        var count = 0
        var touched: Set<String> = []
        var fault: FolderFailure?
        for segment in segments {
            if files[segment.hash] == nil {
                let letter = SegmentFileName.subfolder(of: segment.hash)
                do {
                    try write(segment, in: letter)
                } catch {
                    fault = error
                    break
                }
                touched.insert(letter)
            }
            count += 1
        }
        for letter in touched.sorted() {
            do {
                try subfolder(letter)?.sync()
            } catch {
                let code = (error as? SystemFault)?.code ?? EIO
                return (0, .files(path: path, errno: code))
            }
        }
        return (count, fault)
    }

    private func write(_ segment: Segment, in letter: String) throws(FolderFailure) {
        let bytes = segment.encoded
        let name = SegmentFileName(of: segment, byteCount: bytes.count)
        let place = "\(path)/\(Self.segments)/\(letter)"
        do {
            try root.makeFolder(Self.segments)
            let all = try root.folder(Self.segments)
            try all.makeFolder(letter)
            try all.folder(letter).write(bytes, as: name.text, draft: DraftName.new(random))
        } catch {
            throw error.failure(at: place)
        }
        files[segment.hash] = [name]
        suspects[segment.hash] = nil
        unread[segment.hash] = nil
        removeNotes(of: segment.hash)
        enlist(segment.hash)
        written += 1
    }
}
