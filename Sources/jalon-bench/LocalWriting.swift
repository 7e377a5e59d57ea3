import Convergence
import Foundation
import Replication

/// Writes the workload's creations on the device itself: a thousand rows in a change, and then some
/// more with a change and a commit for each.
struct LocalWriting {
    private static let rowsPerChange = 1000
    private static let singles = 200

    let folder: String

    func run(invoices: Int) throws {
        try? FileManager.default.removeItem(atPath: folder)
        let replica = try Replica.create(
            Places(books: folder + "/books", state: folder + "/state"),
            schema: Workload.schema, environment: .system, device: "bench")
        var fields = Workload.Fields()
        let rows = (0..<invoices).map { fields.ofCreation($0) }
        let more = (0..<Self.singles).map { fields.ofCreation(invoices + $0) }
        // The writer's record is made with the first change.
        try replica.write { _ = try $0.insert("bill", fields.ofCreation(0)) }

        let bulk = try Measured {
            for start in stride(from: 0, to: rows.count, by: Self.rowsPerChange) {
                try replica.write { writing in
                    for row in rows[start..<min(start + Self.rowsPerChange, rows.count)] {
                        _ = try writing.insert("bill", row)
                    }
                }
            }
        }
        print(#"{"figure":"bulk write","rows":\#(rows.count),\#(bulk.members)}"#)
        let single = try Measured {
            for row in more { try replica.write { _ = try $0.insert("bill", row) } }
        }
        print(#"{"figure":"single writes","rows":\#(more.count),\#(single.members)}"#)
    }
}
