/// Tables that follow from the declared ones and are kept beside them, because to read everything each
/// time would cost too much. They are this device's alone: never sent, and no part of the digest.
///
/// SQL says how: triggers on the declared tables note what was touched, and the last step of every
/// transaction brings up to date what follows from it. So no way of writing can pass them by, and what
/// they hold is committed with what it follows from.
package struct KeptTables: Hashable, Sendable {
    /// The names of the tables whose contents follow from the declared ones.
    package let names: [String]
    /// Statements that make the tables, empty, and their triggers.
    package let definition: String
    /// Statements that empty the tables and fill them from the declared ones, or note that everything
    /// was touched.
    package let fill: String
    /// The table in which triggers note what was touched: emptied once that is up to date.
    package let touched: String
    /// What brings up to date what was touched: nothing else is read. One statement each.
    package let refresh: [String]

    /// Declares kept tables.
    package init(
        names: [String], definition: String, fill: String, touched: String, refresh: [String]
    ) {
        self.names = names
        self.touched = touched
        self.definition = definition
        self.fill = fill
        self.refresh = refresh
    }
}
