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
    package mutating func take(_ bytes: some Sequence<UInt8>) throws(WireFailure) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0a {
                if !pending.isEmpty { lines.append(pending) }
                pending.removeAll(keepingCapacity: true)
            } else {
                guard pending.count < Limits.lineBytesMax - 1 else { throw .limit }
                pending.append(byte)
            }
        }
        return lines
    }

    /// The bytes after the last end of a line: of a line that was cut.
    package var remainder: [UInt8] { pending }
}
