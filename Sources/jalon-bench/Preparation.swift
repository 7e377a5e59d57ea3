import Convergence
import Foundation
import Sealing
import Wire

/// Writes the workload for everybody: as lines that any program can read, and sealed.
///
/// A line of `workload.ndjson` is one change: `{"row":ID,"put":{FIELD:VALUE,…}}`, creations first. A
/// line of `segments.ndjson` is a segment of the very same changes.
struct Preparation {
    let folder: String

    func run(invoices: Int) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        guard let key = BooksKey(secret: Workload.secret) else { return }
        let plain = try LineFile(folder + "/workload.ndjson")
        let sealed = try LineFile(folder + "/segments.ndjson")
        var workload = try Workload(key: key)
        var segments = 0
        var sizes = (creations: 0, edits: 0)
        let measured = try Measured {
            try workload.run(
                invoices: invoices, edits: invoices * 8,
                change: { try plain.append(Self.line($0, $1)) },
                segment: { segment in
                    let line = segment.line
                    try sealed.append(line)
                    segments += 1
                    let isOfCreations = segment.header.last <= Int64(invoices)
                    if isOfCreations {
                        sizes.creations += line.count + 1
                    } else {
                        sizes.edits += line.count + 1
                    }
                })
        }
        try plain.close()
        try sealed.close()
        print(
            #"{"figure":"workload","invoices":\#(invoices),"cells":\#(invoices * 16),"#
                + #""segments":\#(segments),"creationBytes":\#(sizes.creations),"#
                + #""editBytes":\#(sizes.edits),\#(measured.members)}"#)
    }

    /// The workload's texts need no escapes.
    private static func line(_ row: RowID, _ fields: [Workload.Assignment]) -> [UInt8] {
        let members = fields.map { put in
            if let integer = put.value.integer { return #""\#(put.field)":\#(integer)"# }
            return #""\#(put.field)":"\#(put.value.text ?? "")""#
        }
        return Array(#"{"row":"\#(row)","put":{\#(members.joined(separator: ","))}}"#.utf8)
    }
}

/// A file of lines, written in large parts.
final class LineFile {
    private let handle: FileHandle
    private var buffer: [UInt8] = []

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        self.handle = handle
    }

    func append(_ line: [UInt8]) throws {
        buffer += line
        buffer.append(0x0a)
        if buffer.count > 1 << 20 { try flush() }
    }

    func close() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
