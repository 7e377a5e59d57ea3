import Convergence
import Foundation
import Replication
import Sealing
import Wire

/// Measures the engine on the workload that `tools/bench` documents, and prints one JSON line for
/// each figure. Only measures: nothing here is asserted.
@main
struct Bench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else {
            print("usage: jalon-bench merge|fill FOLDER INVOICES")
            exit(64)
        }
        switch arguments[1] {
        case "fill": try Fill(folder: arguments[2]).run(invoices: count)
        default: try merge(folder: arguments[2], invoices: count, edits: count * 8)
        }
    }

    /// Invoices of 8 cells, one change each, then edits of single fields at random, as sealed
    /// segments into a fresh replica on disk.
    private static func merge(folder: String, invoices: Int, edits: Int) throws {
        try? FileManager.default.removeItem(atPath: folder)
        let secret = [UInt8](repeating: 7, count: 32)
        guard let key = BooksKey(secret: secret) else { return }
        var workload = try Workload(key: key)
        let segments = try workload.segments(invoices: invoices, edits: edits)
        let wire = segments.reduce(0) { $0 + $1.line.count + 1 }
        let lines = segments.map(\.line)

        let replica = try Replica.join(
            secret: secret, Places(books: folder + "/books", state: folder + "/state"),
            schema: Workload.schema, environment: .system, device: "bench")
        var before = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
        let cpuBefore =
            Double(before.ru_utime.tv_sec) + Double(before.ru_utime.tv_usec) / 1e6
        let clock = ContinuousClock()
        var changes = 0
        let elapsed = try clock.measure {
            var batch: [Segment] = []
            var prepared = replica.prepare([])
            for line in lines {
                batch.append(try Segment(line: line))
                if batch.count == 16 {
                    let next = replica.prepare(batch)
                    changes += try replica.accept(prepared, from: nil).changes
                    prepared = next
                    batch = []
                }
            }
            changes += try replica.accept(prepared, from: nil).changes
            changes += try replica.accept(batch, from: nil).changes
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let cpu = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6 - cpuBefore
        let cells = invoices * 8 + edits
        let seconds =
            Double(elapsed.components.attoseconds) / 1e18 + Double(elapsed.components.seconds)
        let size = try FileManager.default.attributesOfItem(atPath: folder + "/books/books.sqlite")
        print(
            #"{"figure":"merge","cells":\#(cells),"changes":\#(changes),"seconds":\#(seconds),"userSeconds":\#(cpu),"#
                + #""cellsPerSecond":\#(Int(Double(cells) / seconds)),"#
                + #""wireBytesPerCell":\#(Double(wire) / Double(cells)),"#
                + #""fileBytes":\#(size[.size] as? Int ?? 0)}"#)
    }
}
