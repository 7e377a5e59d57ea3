import Foundation

/// Measures the engine on the workload that `tools/bench` documents, and prints one JSON line for
/// each figure. Only measures: nothing here is asserted.
@main
struct Bench {
    private static let usage = """
        usage: jalon-bench workload FOLDER INVOICES   writes workload.ndjson and segments.ndjson
               jalon-bench merge FOLDER SEGMENTS      merges such segments into fresh books
               jalon-bench merge FOLDER INVOICES      seals them first, in the same process
               jalon-bench write FOLDER INVOICES      writes rows to fresh books, in bulk and singly
               jalon-bench fill FOLDER INVOICES       makes the books of a busy business
        """

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else { misused() }
        let (folder, last) = (arguments[2], arguments[3])
        let count = Int(last) ?? 0
        switch arguments[1] {
        case "workload" where count > 0: try Preparation(folder: folder).run(invoices: count)
        case "merge" where count > 0: try Merging(folder: folder).run(invoices: count)
        case "merge": try Merging(folder: folder).run(segments: last)
        case "write" where count > 0: try LocalWriting(folder: folder).run(invoices: count)
        case "fill" where count > 0: try Fill(folder: folder).run(invoices: count)
        default: misused()
        }
    }

    private static func misused() -> Never {
        print(usage)
        exit(64)
    }
}
