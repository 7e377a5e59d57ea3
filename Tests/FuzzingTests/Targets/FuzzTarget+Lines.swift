import Convergence
import Wire

extension FuzzTarget {
    /// What two peers say, and the lines inside segments.
    static let lines: [FuzzTarget] = [
        FuzzTarget("change-line") { bytes throws(BrokenProperty) in
            guard let change = try? Change(line: bytes) else { return false }
            guard let line = change.encoded() else { return true }
            let again = try made("a written change is read again") { try Change(line: line) }
            try require(again.encoded() == line, "a change has one text")
            try require(again == change, "a written change is the one that was read")
            return true
        },
        FuzzTarget("segment-line") { bytes throws(BrokenProperty) in
            guard let segment = try? Segment(line: bytes) else { return false }
            try require(segment.line == bytes, "a segment has one line")
            let again = Segment(encoded: segment.encoded)
            try require(again == segment, "a segment's line and its bytes say the same")
            return true
        },
        FuzzTarget("segment-bytes") { bytes throws(BrokenProperty) in
            if let header = SegmentHeader(bytes: bytes) {
                try require(header.bytes == bytes, "a header has one form in bytes")
                return true
            }
            guard let segment = Segment(encoded: bytes) else { return false }
            try require(segment.encoded == bytes, "a segment has one form in bytes")
            let again = try made("a segment's line is read") { try Segment(line: segment.line) }
            try require(again == segment, "a segment's line and its bytes say the same")
            return true
        },
        FuzzTarget("conversation-line") { bytes throws(BrokenProperty) in
            guard let line = try? Line(bytes) else { return false }
            try require(line.encoded == bytes, "a line of a conversation has one text")
            return true
        },
        FuzzTarget("line-stream") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let step = Int(bytes.takeFirst()) + 1
            var splitter = LineSplitter()
            var lines: [[UInt8]] = []
            for start in stride(from: 0, to: bytes.count, by: step) {
                let part = bytes[start..<min(start + step, bytes.count)]
                guard let some = try? splitter.take(part) else { return false }
                lines += some
            }
            let pieces = bytes.split(separator: 0x0a).map(Array.init)
            let rest = bytes.last == 0x0a || bytes.isEmpty ? [] : pieces.last ?? []
            try require(splitter.remainder == rest, "what follows the last end of a line is kept")
            let whole = rest.isEmpty ? pieces[...] : pieces.dropLast()
            try require(lines == Array(whole), "lines do not depend on how their bytes arrive")
            return true
        },
        FuzzTarget("device-line") { bytes throws(BrokenProperty) in
            guard let line = try? DeviceLine(bytes) else { return false }
            let again = try made("a written line is read again") { try DeviceLine(line.encoded) }
            try require(again.encoded == line.encoded, "a device's line says the same again")
            return true
        },
    ]
}
