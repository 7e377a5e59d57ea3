import Foundation
import Wire

extension Identifier {
    /// The bytes as SQLite stores them.
    var blob: Data { Data(bytes) }

    /// Reads stored bytes; nil when they are not of this kind.
    init?(blob: Data) { self.init(bytes: blob) }
}

extension Segment {
    /// Reads a stored segment.
    init(stored blob: Data) throws {
        guard let segment = Segment(encoded: Array(blob)) else {
            throw StoreFailure.broken("a stored segment cannot be read")
        }
        self = segment
    }
}
