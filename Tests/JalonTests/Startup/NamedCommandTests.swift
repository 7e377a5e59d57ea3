import ArgumentParser
import Testing

@testable import jalon

struct `The command that arguments name` {
    /// What a parser made of arguments: its type and every value; nothing where it refused.
    private func made(_ command: (any ParsableCommand)?) -> String? {
        guard let command, command is any LocalCommand || command is any NetworkCommand else {
            return nil
        }
        var text = "\(type(of: command))\n"
        dump(command, to: &text)
        return text
    }

    private func ofAll(_ arguments: [String]) -> String? {
        made(try? Jalon.parseAsRoot(arguments))
    }

    private func alone(_ arguments: [String]) -> String? {
        made(NamedCommand.parse(arguments))
    }

    /// The words of every command, groups included.
    private func paths(
        _ type: any ParsableCommand.Type = Jalon.self, after path: [String] = []
    ) -> [[String]] {
        [path]
            + type.configuration.subcommands.flatMap { own in
                ([own._commandName] + own.configuration.aliases).flatMap {
                    paths(own, after: path + [$0])
                }
            }
    }

    @Test func `every command is parsed alone as among all others`() {
        let all = paths()
        #expect(all.count > 100)
        var parsed = 0
        for path in all {
            for words in [[], ["x"]] {
                let arguments = path + words
                let text = ofAll(arguments)
                #expect(alone(arguments) == text, "\(arguments)")
                parsed += text == nil ? 0 : 1
            }
        }
        #expect(parsed > 100)
    }

    @Test(arguments: [
        ["invoice", "list", "--status", "overdue", "--as-of", "2026-03-01"],
        ["invoice", "--status", "overdue"], ["invoice", "new", "Blum", "--line", "a; 1; 2.00; 20"],
        ["pay", "F-1", "12.50", "--on", "yesterday", "--json"], ["books", "--json"],
        ["view", "Late"], ["payment", "list", "--csv"], ["--as-of", "today"],
        ["client", "add", "--books", "/b", "--", "-x-"],
    ])
    func `options come through as typed`(arguments: [String]) throws {
        let text = try #require(ofAll(arguments))
        #expect(alone(arguments) == text)
    }

    @Test(arguments: [
        ["client", "--nonsense"], ["invoice", "show", "a", "b"], ["invoice", "--version"],
        ["help"], ["help", "pay"], ["--help"], ["pay", "--help"], ["pay"], ["clinet"],
        ["--generate-completion-script", "bash"], ["client", "--generate-completion-script=zsh"],
        ["---completion", "client", "--", "positional@0", "0", "0"],
    ])
    func `what no command answers is left to the parser of all`(arguments: [String]) {
        #expect(alone(arguments) == nil && NamedCommand.parse(arguments) == nil)
    }
}
