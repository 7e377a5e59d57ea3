import CZlib
import Convergence

/// Compression of bodies: zlib streams (RFC 1950).
enum Zlib {
    /// Compresses; nil only when memory is short.
    static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: Int(compressBound(uLong(bytes.count))))
        var count = uLong(output.count)
        let status = compress2(&output, &count, bytes, uLong(bytes.count), 6)
        guard status == Z_OK else { return nil }
        return Array(output[..<Int(count)])
    }

    /// Inflates a whole stream; nil when it is damaged, longer than its stream, or would exceed
    /// `countMax` bytes. It never holds more than that.
    static func inflate(_ bytes: ArraySlice<UInt8>, countMax: Int) -> [UInt8]? {
        var capacity = min(max(bytes.count * 8, 1024), countMax)
        while true {
            var output = [UInt8](repeating: 0, count: capacity)
            var count = uLong(capacity)
            var taken = uLong(bytes.count)
            let status = bytes.withUnsafeBufferPointer { buffer in
                uncompress2(&output, &count, buffer.baseAddress, &taken)
            }
            switch status {
            case Z_OK:
                guard Int(taken) == bytes.count else { return nil }
                output.removeSubrange(Int(count)...)
                return output
            case Z_BUF_ERROR:
                // A stream that is cut gives the same answer: at the bound it is refused.
                guard capacity < countMax else { return nil }
                capacity = min(capacity * 4, countMax)
            default: return nil
            }
        }
    }
}
