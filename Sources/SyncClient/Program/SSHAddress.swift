import Foundation

/// The data folder of a relay on a machine that ssh reaches: `ssh://[user@]host[:port]/path`.
///
/// A path from `/~/` on begins at the user's home there.
package struct SSHAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as it is kept.
    package let text: String
    /// The machine, as messages name it.
    package let host: String
    private let name: String
    private let user: String?
    private let port: Int?
    private let path: String

    /// Reads an address. Nothing in it can become an option of ssh or a word of a shell.
    package init(_ text: String) throws(PeerAddress.Fault) {
        guard let start = text.range(of: "://"), text[..<start.lowerBound].lowercased() == "ssh"
        else { throw .scheme(text.range(of: "://").map { String(text[..<$0.lowerBound]) }) }
        let rest = text[start.upperBound...]
        guard !rest.contains("?"), !rest.contains("#") else { throw .query }
        guard let slash = rest.firstIndex(of: "/") else { throw .form }
        var authority = rest[..<slash]
        var user: String?
        if let at = authority.lastIndex(of: "@") {
            guard !authority[..<at].contains(":") else { throw .credentials }
            user = String(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        let (name, port) = try Self.place(authority)
        guard Self.isWord(name, extra: ".-_:%"),
            user.map({ Self.isWord($0, extra: ".-_+") }) ?? true
        else { throw .form }
        guard let path = String(rest[slash...]).removingPercentEncoding, path.count > 1,
            path != "/~/", path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { throw .form }
        self.name = name.lowercased()
        self.user = user
        self.port = port
        self.path = path.hasPrefix("/~/") ? String(path.dropFirst(3)) : path
        host = self.name
        let shown = name.contains(":") ? "[\(self.name)]" : self.name
        self.text =
            "ssh://" + (user.map { $0 + "@" } ?? "") + shown + (port.map { ":\($0)" } ?? "")
            + String(rest[slash...])
    }

    private static func place(
        _ authority: Substring
    ) throws(PeerAddress.Fault) -> (name: String, port: Int?) {
        var name = authority
        var digits: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .form }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .form }
            if !after.isEmpty { digits = after.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            name = authority[..<colon]
            digits = authority[authority.index(after: colon)...]
            guard name.allSatisfy({ $0 != "%" }) else { throw .form }
        }
        guard let digits else { return (String(name), nil) }
        guard digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber), let port = Int(digits),
            (1...65_535).contains(port)
        else { throw .form }
        return (String(name), port)
    }

    /// Letters, digits and a few signs, and never an option.
    private static func isWord(_ text: String, extra: String) -> Bool {
        guard let first = text.first, first != "-", text.utf8.count <= 255 else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || extra.contains($0)) }
    }

    package var description: String { text }

    /// What ssh is started with. Without a terminal it must not ask anything.
    package func arguments(hasTerminal: Bool) -> [String] {
        var arguments = ["-T", "-a", "-x"]
        var options = [
            "ConnectTimeout=10", "ServerAliveInterval=15", "ServerAliveCountMax=3",
            "ClearAllForwardings=yes",
        ]
        if !hasTerminal { options.append("BatchMode=yes") }
        for option in options { arguments += ["-o", option] }
        if let port { arguments += ["-p", String(port)] }
        if let user { arguments += ["-l", user] }
        return arguments + ["--", name, remoteCommand]
    }

    /// What the shell of the other machine gets: `sh` whatever that shell is, and the programs that
    /// are installed for one user, which it may not look for by itself.
    private var remoteCommand: String {
        let script =
            #"PATH="$PATH:$HOME/.local/bin:/usr/local/bin"; export PATH; "#
            + #"exec jalon-relay stdio --data="$0""#
        return "sh -c '\(script)' '" + path.replacing("'", with: #"'\''"#) + "'"
    }
}
