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
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0a) {
            try append(rest[..<end])
            if !pending.isEmpty { lines.append(pending) }
            pending.removeAll(keepingCapacity: true)
            rest = rest[rest.index(after: end)...]
        }
        try append(rest)
        return lines
    }

    private mutating func append(_ part: some Collection<UInt8>) throws(WireFailure) {
        guard pending.count + part.count < Limits.lineBytesMax else { throw .limit }
        pending.append(contentsOf: part)
    }

    /// The bytes after the last end of a line: of a line that was cut.
    package var remainder: [UInt8] { pending }
}
