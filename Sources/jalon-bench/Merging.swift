import Convergence
import Foundation
import Replication
import Sealing
import Wire

/// Merges sealed segments into fresh books on disk.
struct Merging {
    /// About as many as a conversation accepts at once.
    private static let segmentsTogether = 192

    let folder: String

    /// Those of a file, read as they are merged.
    func run(segments path: String) throws {
        guard let file = fopen(path, "r") else {
            throw CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: path])
        }
        defer { fclose(file) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        try merge(cells: nil) {
            let count = getline(&buffer, &capacity, file)
            guard count > 0, let buffer else { return nil }
            // Without the end of the line.
            let bytes = UnsafeRawBufferPointer(start: buffer, count: count - 1)
            return [UInt8](bytes)
        }
    }

    /// Those of so many invoices, sealed before the clock starts.
    func run(invoices: Int) throws {
        guard let key = BooksKey(secret: Workload.secret) else { return }
        var workload = try Workload(key: key)
        var lines: [[UInt8]] = []
        try workload.run(invoices: invoices, edits: invoices * 8) { lines.append($0.line) }
        var rest = lines[...]
        try merge(cells: invoices * 16) { rest.popFirst() }
    }

    private func merge(cells: Int?, next: () throws -> [UInt8]?) throws {
        try? FileManager.default.removeItem(atPath: folder)
        let replica = try Replica.join(
            secret: Workload.secret, Places(books: folder + "/books", state: folder + "/state"),
            schema: Workload.schema, environment: .system, device: "bench")
        var changes = 0
        var bytes = 0
        let measured = try Measured {
            var batch: [Segment] = []
            while let line = try next() {
                bytes += line.count + 1
                batch.append(try Segment(line: line))
                if batch.count == Self.segmentsTogether {
                    changes += try replica.accept(batch, from: nil).changes
                    batch = []
                }
            }
            changes += try replica.accept(batch, from: nil).changes
        }
        var members = #""figure":"merge","changes":\#(changes),"bytes":\#(bytes)"#
        if let cells {
            let speed = Int(Double(cells) / measured.seconds)
            members += #","cells":\#(cells),"cellsPerSecond":\#(speed)"#
        }
        print("{\(members),\(measured.members)}")
    }
}
