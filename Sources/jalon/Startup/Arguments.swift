/// The words after the program's name.
enum Arguments {
    /// The arguments as text; refuses one that is no UTF-8, where Swift's own list would repair it.
    static func read() throws(Failure) -> [String] {
        var result: [String] = []
        for (index, bytes) in try words().enumerated().dropFirst() {
            result.append(try PlainInput.text(bytes, from: "argument \(index)"))
        }
        return result
    }

    /// All words with the program's name, as bytes.
    ///
    /// Swift finds them beside the environment, and finds none where a preloaded library has moved
    /// that: then a command would be taken for one without arguments.
    private static func words() throws(Failure) -> [[UInt8]] {
        guard CommandLine.argc > 0 else {
            let bytes = try InputFile.anyBytes(
                "/proc/self/cmdline", limit: 16 << 20, what: "the command line")
            return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(
                Array.init)
        }
        return (0..<Int(CommandLine.argc)).compactMap { index in
            guard var next = CommandLine.unsafeArgv[index] else { return nil }
            var bytes: [UInt8] = []
            while next.pointee != 0 {
                bytes.append(UInt8(bitPattern: next.pointee))
                next += 1
            }
            return bytes
        }
    }

    /// The options that every command has may also stand before the command's name; this moves
    /// them behind it, where the parser looks for them.
    static func hoisted(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var moved: [String] = []
        while let first = rest.first {
            if flags.contains(first) || valued.contains(where: { first.hasPrefix($0 + "=") }) {
                moved.append(first)
                rest = rest.dropFirst()
            } else if valued.contains(first), rest.count > 1 {
                moved.append(contentsOf: rest.prefix(2))
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        guard !moved.isEmpty else { return arguments }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + moved + Array(rest[end...])
    }

    private static let flags = ["--json", "--no-color", "--dry-run"]
    private static let valued = ["--books", "--as-of"]
}
