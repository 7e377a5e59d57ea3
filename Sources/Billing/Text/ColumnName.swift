extension String {
    /// A name in an answer as the name of its column, where names have no capitals: `billingEmail` is
    /// `billing_email`. Such names are ASCII.
    var columnName: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 2)
        for byte in utf8 {
            if (0x41...0x5a).contains(byte) {
                bytes.append(0x5f)
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
