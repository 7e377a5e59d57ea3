import Wire

/// Carries conversations over the standard input and output of a program: ssh, with a relay at its
/// other end. An answer ends with an empty line: `Protocol/transports.md`.
package final class ProgramCarrier: Transport {
    /// Seconds of silence before a machine is given up.
    private static let patience: Int32 = 120
    /// Bytes of a first line that are waited for.
    private static let headBytesMax = 4_096

    private let host: String
    private let connection: ProgramConnection
    private let hasTerminal: Bool
    private var isAnswered = false

    /// Starts ssh to a relay's data. With a terminal it may ask the user there.
    package convenience init(_ address: SSHAddress, hasTerminal: Bool) throws(SyncFailure) {
        try self.init(
            ["ssh"] + address.arguments(hasTerminal: hasTerminal), host: address.host,
            hasTerminal: hasTerminal)
    }

    /// Starts any program; `host` is what messages call the other end.
    package init(_ words: [String], host: String, hasTerminal: Bool) throws(SyncFailure) {
        self.host = host
        self.hasTerminal = hasTerminal
        do {
            connection = try ProgramConnection(words)
        } catch {
            throw .program(host: host, error)
        }
    }

    /// Ends the program.
    package func close() async { _ = await connection.end() }

    package func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        connection.send(request + [0x0a])
        try await withTaskCancellationHandler {
            try await take(receive)
        } onCancel: { [connection] in
            connection.cancel()
        }
    }

    private func take(_ receive: (_ part: [UInt8]) throws -> Void) async throws {
        var head: [UInt8]? = []
        var last: UInt8 = 0
        while true {
            var part = try await nextPart()
            if var begun = head {
                begun += part
                head = begun
                guard begun.contains(0x0a) || begun.count > Self.headBytesMax else { continue }
                try check(head: begun)
                head = nil
                part = begun
            }
            let end = Self.end(of: part, after: last)
            last = part.last ?? 0
            try receive(end.map { Array(part[..<$0]) } ?? part)
            if let end {
                guard end == part.count else { throw SyncFailure.broken(.order) }
                return
            }
        }
    }

    /// The offset after the empty line that ends an answer.
    private static func end(of part: [UInt8], after last: UInt8) -> Int? {
        var before = last
        for (offset, byte) in part.enumerated() {
            if byte == 0x0a, before == 0x0a { return offset + 1 }
            before = byte
        }
        return nil
    }

    private func nextPart() async throws -> [UInt8] {
        // Who types a password takes a while.
        let patience = isAnswered || !hasTerminal ? Self.patience : 0
        let part = await connection.nextPart(patience: patience)
        try Task.checkCancellation()
        if !part.isEmpty { return part }
        guard !connection.isSilent else {
            throw SyncFailure.unreachable(host: host, .silent)
        }
        let (status, complaint) = await connection.end()
        throw failure(status, complaint)
    }

    /// An answer begins with a welcome, or is the refusal of all that was sent.
    private func check(head: [UInt8]) throws(SyncFailure) {
        let line = Array(head.prefix { $0 != 0x0a })
        if case .refused(let refusal) = try? Line(line), refusal.hash == nil {
            throw .refused(refusal)
        }
        guard line.starts(with: Array(#"{"welcome":{"#.utf8)) else {
            let text = String(decoding: line.prefix(80), as: UTF8.self)
            throw isAnswered ? .broken(.order) : .program(host: host, .noise(text))
        }
        isAnswered = true
    }

    /// The relay's own words, or the last ones.
    private static func words(of lines: [String]) -> String {
        lines.first { $0.hasPrefix("jalon-relay: ") } ?? lines.last ?? ""
    }

    private func failure(_ status: Int32, _ complaint: String) -> SyncFailure {
        func says(_ words: String...) -> Bool { words.contains { complaint.contains($0) } }
        let lines = complaint.split(whereSeparator: \.isNewline).map(String.init)
        let ended = ProgramFault.ended(
            status: status, complaint: Self.words(of: lines))
        if status == 127 || status == 126 { return .program(host: host, .commandMissing) }
        guard status == 255, !isAnswered else {
            return isAnswered && lines.isEmpty ? .cut(host: host) : .program(host: host, ended)
        }
        // ssh's own status; its words are the same in every language.
        if says("Could not resolve hostname") { return .unreachable(host: host, .unknownHost) }
        if says("Connection refused") { return .unreachable(host: host, .notListening) }
        if says("timed out", "Timeout") { return .unreachable(host: host, .silent) }
        if says("Host key verification failed", "IDENTIFICATION HAS CHANGED") {
            return .program(host: host, .hostKey)
        }
        if says("Permission denied", "Too many authentication failures") {
            return .program(host: host, .notLetIn)
        }
        return .program(host: host, ended)
    }
}
