import Foundation
import GRDB
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

    /// Appends those of the segments that the mailbox does not hold, up to the first that does not
    /// fit the quota.
    package func append(_ segments: [Segment], quotaBytes: Int64) throws -> Stored {
        let state = try state()
        var (position, mark) = (state.position, state.mark)
        var bytesLeft = quotaBytes - (try bytes())
        var (taken, bytes) = (0, 0)
        let insertion = try database.cachedStatement(
            sql: """
                INSERT INTO segments (mailbox, position, hash, mark, segment) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (mailbox, hash) DO NOTHING
                """)
        for segment in segments {
            let encoded = segment.encoded
            if encoded.count > bytesLeft {
                guard try holds(segment.hash) else { break }
            } else {
                let next = mark.following(segment.hash)
                try insertion.execute(
                    arguments: [
                        id, position + 1, segment.hash.blob, next.blob, Data(encoded),
                    ])
                if database.changesCount == 1 {
                    position += 1
                    mark = next
                    bytes += encoded.count
                    bytesLeft -= Int64(encoded.count)
                }
            }
            taken += 1
        }
        if position > state.position {
            try database.cachedStatement(
                sql: "UPDATE mailboxes SET position = ?, mark = ?, bytes = bytes + ? WHERE id = ?"
            ).execute(arguments: [position, mark.blob, bytes, id])
        }
        return Stored(
            taken: taken, segments: Int(position - state.position), bytes: bytes, position: position
        )
    }
}
