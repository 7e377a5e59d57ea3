import ArgumentParser

/// What to say about arguments that the parser refused.
enum UsageFailure {
    /// The failure for a refused command line; `text` is the parser's message with its usage lines.
    static func failure(_ text: String, _ arguments: [String]) -> Failure {
        if let unknown = unknownCommand(arguments) { return unknown }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        var what = lines.isEmpty ? "the command was not understood." : lines.removeFirst()
        if what.hasPrefix("Error: ") { what = String(what.dropFirst(7)) }
        what = what.prefix(1).lowercased() + what.dropFirst()
        let path = NamedCommand(arguments).path
        let usage = lines.first { $0.hasPrefix("Usage: ") }.map { String($0.dropFirst(7)) }
        let help = (["jalon"] + path + ["--help"]).joined(separator: " ")
        let tries = (usage.map { [$0] } ?? []) + [help]
        guard let number = negativeNumber(arguments) else {
            return Failure(what, tries: tries, status: .usage)
        }
        return Failure(
            what, why: "“\(number)” was taken for an option: a number below zero stands behind --",
            tries: tries, status: .usage)
    }

    /// The first word that is a number below zero and stands where options may.
    private static func negativeNumber(_ arguments: [String]) -> String? {
        arguments.prefix { $0 != "--" }.first { word in
            word.hasPrefix("-") && word.dropFirst().first?.isNumber ?? false
        }
    }

    /// What to type for the help of the command that runs.
    static func help() -> String {
        let arguments = Arguments.hoisted(Array(CommandLine.arguments.dropFirst()))
        let path = NamedCommand(arguments).path
        return (["jalon"] + path + ["--help"]).joined(separator: " ")
    }

    /// A word where a command's name belongs, and is none.
    private static func unknownCommand(_ arguments: [String]) -> Failure? {
        let named = NamedCommand(arguments)
        let path = named.path
        let names = named.type.configuration.subcommands.map { $0._commandName }
        guard !names.isEmpty, arguments.count > path.count else { return nil }
        let word = arguments[path.count]
        guard !word.hasPrefix("-") else { return nil }
        let own = (["jalon"] + path).joined(separator: " ")
        let near = Nearest.to(word, among: names)
        let rest = arguments.dropFirst(path.count + 1).joined(separator: " ")
        var tries = near.map { "\(own) \($0)\(rest.isEmpty ? "" : " \(rest)")" }
        if tries.isEmpty, names.contains("show") { tries = ["\(own) show \(word)"] }
        tries.append("\(own) --help")
        return Failure(
            "\(own) has no command “\(word)”.",
            why: near.isEmpty ? [] : ["you may have meant \(near.joined(separator: " or "))"],
            tries: tries, status: .usage)
    }
}
