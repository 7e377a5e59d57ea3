extension [UInt8] {
    /// Appends an integer, most significant byte first.
    package mutating func append(bigEndian integer: some FixedWidthInteger & UnsignedInteger) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
    }
}
