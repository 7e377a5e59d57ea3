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
        let (path, _) = descend(arguments)
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
        let (path, _) = descend(Arguments.hoisted(Array(CommandLine.arguments.dropFirst())))
        return (["jalon"] + path + ["--help"]).joined(separator: " ")
    }

    /// A word where a command's name belongs, and is none.
    private static func unknownCommand(_ arguments: [String]) -> Failure? {
        let (path, node) = descend(arguments)
        let names = node.configuration.subcommands.map { $0._commandName }
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

    /// Follows the arguments through the commands as far as they name any.
    private static func descend(
        _ arguments: [String]
    ) -> (path: [String], node: any ParsableCommand.Type) {
        var node: any ParsableCommand.Type = Jalon.self
        var path: [String] = []
        for word in arguments {
            let next = node.configuration.subcommands.first {
                $0._commandName == word || $0.configuration.aliases.contains(word)
            }
            guard let next else { break }
            node = next
            path.append(word)
        }
        return (path, node)
    }
}
