package import Convergence
import Crypto
package import Wire

/// Ids that follow from content: `Protocol/model.md`, "Row ids".
package enum RowIDs {
    /// The id of a frozen row: of its table, the writer that creates it and all fields of that put.
    package static func frozen(
        _ table: String, by writer: WriterID, _ fields: [Operation.Assignment]
    ) -> RowID? {
        var bytes = Array("jalon frozen row 1\0".utf8)
        append(table, to: &bytes)
        bytes.append(contentsOf: writer.bytes)
        let ordered = fields.sorted { $0.field.utf8.lexicographicallyPrecedes($1.field.utf8) }
        for assignment in ordered {
            append(assignment.field, to: &bytes)
            assignment.value.append(to: &bytes)
        }
        return RowID(.frozen, bytes: Array(SHA256.hash(data: bytes).prefix(RowID.byteCount)))
    }

    /// The id of a row that several devices may create as the same: of its table and its keys.
    package static func derived(_ table: String, keys: [Value]) -> RowID? {
        var bytes = Array("jalon derived row 1\0".utf8)
        append(table, to: &bytes)
        for key in keys { key.append(to: &bytes) }
        return RowID(.derived, bytes: Array(SHA256.hash(data: bytes).prefix(RowID.byteCount)))
    }

    private static func append(_ name: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: name.utf8.count))
        bytes.append(contentsOf: name.utf8)
    }
}
