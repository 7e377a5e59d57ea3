import Convergence
import Replication

extension Writing {
    /// Makes a derived row, or brings it back without anything of what it said before it was removed:
    /// of `fields` those without a value are emptied, but only then, since an emptied field is a value
    /// that another device's may contradict.
    func enter(
        _ table: String, keys: [Value], _ values: [String: Value], of fields: [String]
    ) throws -> RowID {
        var values = values
        if let id = RowIDs.derived(table, keys: keys),
            try !rows("SELECT 1 FROM \(table) WHERE id = ?", [.text(id.text)]).isEmpty
        {
            for field in fields where values[field] == nil { values[field] = .null }
        }
        return try insertDerived(table, keys: keys, values)
    }
}
