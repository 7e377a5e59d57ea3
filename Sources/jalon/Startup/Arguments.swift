/// The words after the program's name.
enum Arguments {
    /// The arguments as text; refuses one that is no UTF-8, where Swift's own list would repair it.
    static func read() throws(Failure) -> [String] {
        var result: [String] = []
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let start = CommandLine.unsafeArgv[index] else { break }
            var bytes: [UInt8] = []
            var next = start
            while next.pointee != 0 {
                bytes.append(UInt8(bitPattern: next.pointee))
                next += 1
            }
            result.append(try PlainInput.text(bytes, from: "argument \(index)"))
        }
        return result
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
