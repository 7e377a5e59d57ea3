import Convergence

/// What a relay says of a device: how far the mailbox was handed to it. `Protocol/http.md`, "Devices".
///
/// It is the relay's word and nothing more: what a device has seen for certain stands in the context
/// of the changes that it writes.
package struct DeviceLine: Hashable, Sendable {
    /// Lines of one answer.
    package static let countMax = 10_000
    /// Bytes of a name.
    package static let nameBytesMax = 600

    /// What the device called itself when it was admitted; empty when it did not say.
    package let name: String
    /// The greatest position of the mailbox that was handed to it.
    package let position: Int64

    /// Describes a device.
    package init(name: String, position: Int64) {
        self.name = name
        self.position = position
    }

    /// The line, without its end.
    package var encoded: [UInt8] {
        var line = Array(#"{"device":"#.utf8)
        line.append(json: name)
        line.append(contentsOf: #","position":\#(position)}"#.utf8)
        return line
    }

    /// Reads a line; throws unless it is exactly one.
    package init(_ bytes: [UInt8]) throws(WireFailure) {
        do {
            self = try Self.read(bytes)
        } catch {
            throw .form(offset: error.offset)
        }
        guard name.utf8.count <= Self.nameBytesMax, (0...Limits.numberMax).contains(position)
        else { throw .limit }
    }

    private static func read(_ bytes: [UInt8]) throws(ScanFault) -> DeviceLine {
        var scanner = Scanner(bytes)
        try scanner.expect(#"{"device":"#)
        let name = try scanner.string()
        try scanner.expect(#","position":"#)
        let position = try scanner.integer()
        try scanner.expect("}")
        guard scanner.isAtEnd else { throw ScanFault(offset: scanner.offset) }
        return DeviceLine(name: name, position: position)
    }
}
