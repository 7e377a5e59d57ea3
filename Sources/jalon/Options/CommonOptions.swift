import ArgumentParser

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The folder of the books (or JALON_BOOKS).", valueName: "folder"))
    var books: String?

    @Option(
        name: .customLong("as-of"),
        help: ArgumentHelp("The day to take for today.", valueName: "date"))
    var asOf: String?

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    @Flag(name: .customLong("no-color"), help: "No colours on a terminal either.")
    var noColor = false
}

/// The options of every command that writes.
struct WriteOptions: ParsableArguments {
    @Flag(name: .customLong("dry-run"), help: "Do everything but write.")
    var dryRun = false
}
