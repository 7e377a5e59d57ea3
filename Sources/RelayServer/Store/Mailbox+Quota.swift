package import Wire

extension Mailbox {
    /// What appending within a quota came to.
    package struct Stored: Sendable {
        /// How many of the request's segments lie in the mailbox now.
        package let taken: Int
        /// How many of them are new.
        package let segments: Int
        /// Bytes of those.
        package let bytes: Int
        /// The mailbox's position.
        package let position: Int64
    }

    /// Appends segments up to the first that does not fit the quota.
    package func append(_ segments: [Segment], quotaBytes: Int64) throws -> Stored {
        let before = try state().position
        let bytesBefore = try bytes()
        var left = quotaBytes - bytesBefore
        var taken = 0
        for segment in segments {
            if try !holds(segment.hash) {
                left -= Int64(segment.encodedBytes)
                if left < 0 { break }
            }
            taken += 1
        }
        try append(Array(segments.prefix(taken)))
        let after = try state().position
        return Stored(
            taken: taken, segments: Int(after - before), bytes: Int(try bytes() - bytesBefore),
            position: after)
    }
}

extension Segment {
    /// Bytes of the binary form.
    var encodedBytes: Int {
        SegmentHeader.byteCount + Self.commitmentBytes + Self.signatureBytes + body.count
    }
}
