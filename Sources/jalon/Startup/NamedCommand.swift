import ArgumentParser

/// The command that arguments name, as far as they name one.
struct NamedCommand {
    /// The words that name it.
    let path: [String]
    /// The command; a group of commands where no word names one of them.
    let type: any ParsableCommand.Type

    /// Follows the arguments through the commands.
    init(_ arguments: [String]) {
        var type: any ParsableCommand.Type = Jalon.self
        var path: [String] = []
        for word in arguments {
            let next = type.configuration.subcommands.first {
                $0._commandName == word || $0.configuration.aliases.contains(word)
            }
            guard let next else { break }
            type = next
            path.append(word)
        }
        self.path = path
        self.type = type
    }

    /// The command with what was typed; nil where the parser of all commands has to say what is wrong,
    /// or what was asked for is its own: help and scripts for completion.
    static func parse(_ arguments: [String]) -> (any ParsableCommand)? {
        let named = NamedCommand(arguments)
        let hasOwn = !named.type.configuration.subcommands.isEmpty
        guard let type = hasOwn ? named.type.configuration.defaultSubcommand : named.type
        else { return nil }
        let words = [type._commandName] + arguments.dropFirst(named.path.count)
        let command = Alone.$type.withValue(type) { try? Alone.parseAsRoot(words) }
        return command is any LocalCommand || command is any NetworkCommand ? command : nil
    }
}

/// A program of one command: its parser does half the work of one that knows all commands.
private struct Alone: ParsableCommand {
    @TaskLocal static var type: any ParsableCommand.Type = Today.self

    /// As part of another program's commands it is not asked for a script for completion, which the
    /// parser finds out by parsing everything twice more.
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "jalon", _superCommandName: "", subcommands: [type])
    }
}
