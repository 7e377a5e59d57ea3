import Convergence
package import Replication

/// The books' own settings.
package enum Books {
    /// The key that the one row is derived from.
    private static let keys: [Value] = ["books"]

    /// Writes the first change of new books: who they belong to, and the series `F` of this
    /// writer. Joined books get both from those who made them.
    package static func initialise(
        _ writing: Writing, name: String, currency: String?, country: String?, at moment: Moment
    ) throws -> Settings {
        var values = try SettingsInput(name: name, country: country).values()
        values["currency"] = .text(try Currency(currency ?? "EUR").code)
        _ = try writing.insertDerived("settings", keys: keys, values)
        try SeriesBook.openFirst(writing, at: moment)
        return try Settings { values[$0]?.text }
    }

    /// The settings; `booksEmpty` while the books are joined and not yet synced.
    package static func settings(_ reading: Reading) throws -> Settings {
        guard let record = try stored(reading) else { throw BillingFailure.booksEmpty }
        return try Settings { record.text($0) }
    }

    /// Changes what was given, and returns the settings as they are then.
    package static func edit(_ writing: Writing, _ input: SettingsInput) throws -> Settings {
        guard let record = try stored(writing) else { throw BillingFailure.booksEmpty }
        let changes = try input.values().filter { record[$0.key] != $0.value }
        guard !changes.isEmpty else { throw BillingFailure.nothingToChange }
        _ = try writing.insertDerived("settings", keys: keys, changes)
        return try Settings { name in
            changes[name].map(\.text) ?? record.text(name)
        }
    }

    private static func stored(_ reading: Reading) throws -> Record? {
        guard let id = RowIDs.derived("settings", keys: keys) else { return nil }
        return try reading.rows("SELECT * FROM settings WHERE id = ?", [.text(id.text)]).first
    }
}
