import Convergence

/// Cuts a stream of bytes into lines, holding never more than one line's bound.
package struct LineSplitter: Sendable {
    private var pending: [UInt8] = []

    /// A splitter at the start of a stream.
    package init() {}

    /// Takes bytes and gives the lines that they complete, without their ends; empty lines are
    /// dropped, as they keep a connection alive.
    ///
    /// Throws ``WireFailure/limit`` as soon as a line exceeds ``Limits/lineBytesMax``.
    package mutating func take(_ bytes: some Collection<UInt8>) throws(WireFailure) -> [[UInt8]] {
        // One plain array: a body of nothing but ends of lines must not cost more than its bytes.
        let bytes = Array(bytes)
        var lines: [[UInt8]] = []
        var start = 0
        for position in bytes.indices where bytes[position] == 0x0a {
            if position > start { try append(bytes[start..<position]) }
            start = position + 1
            guard !pending.isEmpty else { continue }
            lines.append(pending)
            pending = []
        }
        try append(bytes[start...])
        return lines
    }

    private mutating func append(_ part: ArraySlice<UInt8>) throws(WireFailure) {
        guard pending.count + part.count < Limits.lineBytesMax else { throw .limit }
        pending.append(contentsOf: part)
    }

    /// The bytes after the last end of a line: of a line that was cut.
    package var remainder: [UInt8] { pending }
}
