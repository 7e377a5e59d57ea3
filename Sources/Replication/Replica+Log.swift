package import Convergence
import Foundation
import GRDB
import Sealing
import Wire

/// One change as the log tells it.
package struct LogEntry: Sendable {
    /// The change's id.
    package let id: String
    /// The short name of its writer.
    package let writer: String
    /// The device's name, if it introduced itself.
    package let device: String?
    /// The number.
    package let number: Int64
    /// The stamp: milliseconds since 1970, by the writer's clock.
    package let at: Int64
    /// Whether it is in a segment.
    package let isSealed: Bool
    /// What it does.
    package let content: Change.Content
}

extension Replica {
    /// The changes that are held, the latest first: by stamp, then writer, then number; the same on
    /// every device at the same version. Changes that wait are among them.
    package func log(limit: Int? = nil) throws -> [LogEntry] {
        try read { reading in
            let database = reading.database
            let devices = try reading.deviceNames()
            var entries: [String: LogEntry] = [:]
            var place: Int64 = 0
            while true {
                let step = try SegmentShelf(database).segments(after: place, count: 64)
                for (next, segment) in step {
                    place = next
                    guard let opened = try? seal.open(segment) else { continue }
                    for member in opened.members {
                        let entry = entry(
                            member.change, member.id, segment.header.writer, devices, sealed: true)
                        entries[entry.id] = entry
                    }
                }
                if step.count < 64 { break }
            }
            let rows = try Row.fetchAll(database, sql: "SELECT writer, id, line FROM unsealed")
            for row in rows {
                guard let writer = WriterID(bytes: row.bytes(0)),
                    let id = ChangeID(bytes: row.bytes(1)),
                    let change = try? Change(line: row.bytes(2))
                else { continue }
                let entry = entry(change, id, writer, devices, sealed: false)
                entries[entry.id] = entries[entry.id] ?? entry
            }
            let ordered = entries.values.sorted {
                ($0.at, $0.writer, $0.number, $0.id) > ($1.at, $1.writer, $1.number, $1.id)
            }
            return limit.map { Array(ordered.prefix($0)) } ?? ordered
        }
    }

    private func entry(
        _ change: Change, _ id: ChangeID, _ writer: WriterID, _ devices: [String: String],
        sealed: Bool
    ) -> LogEntry {
        LogEntry(
            id: id.text, writer: Self.shortName(of: writer), device: devices[writer.text],
            number: change.number, at: change.stamp, isSealed: sealed, content: change.content)
    }
}
