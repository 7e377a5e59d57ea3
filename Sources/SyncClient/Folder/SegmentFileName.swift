import Convergence
import Wire

/// What a segment's file in a folder is called: `Protocol/transports.md`.
///
/// Lower case letters, digits, points and hyphens only, and shorter than any file system allows.
struct SegmentFileName: Hashable {
    /// What every such name ends with.
    static let ending = ".jalon"
    /// What the name of a note ends with, which says that a segment's file is damaged.
    static let endingOfNote = ".damaged"
    /// Digits of the writer and of the last id that are written: for a person's eye.
    private static let digitsOfHint = 16
    private static let digitsOfHash = 52
    /// Bytes of a segment's binary form before its body.
    private static let headBytes =
        SegmentHeader.byteCount + Segment.commitmentBytes + Segment.signatureBytes
    /// Bytes of a segment's binary form, at least and at most.
    private static let sizes = (headBytes + 17)...(headBytes + Limits.bodyBytesMax)

    /// The whole name.
    let text: String
    /// The segment.
    let hash: SegmentHash
    /// The number of its first change.
    let first: Int64
    /// Bytes of the file.
    let byteCount: Int
    /// Whether this is the name of a note.
    let isNote: Bool

    /// The name of a segment's file.
    init(of segment: Segment, byteCount: Int) {
        let header = segment.header
        let parts = [
            String(Base32.encode(header.writer.bytes).prefix(Self.digitsOfHint)),
            String(header.first),
            String(Base32.encode(header.after.bytes).prefix(Self.digitsOfHint)),
            String(byteCount), Base32.encode(segment.hash.bytes),
        ]
        text = parts.joined(separator: "-") + Self.ending
        hash = segment.hash
        first = header.first
        self.byteCount = byteCount
        isNote = false
    }

    /// Reads a name as a folder gives it; nil when it is no segment's and no note's. File systems
    /// without case may give it in capitals, and a copy may have words between the hash and the
    /// ending.
    init?(_ text: String) {
        // Letters beyond ASCII stay: some have an ASCII letter for their lower case.
        let lower = String(
            decoding: text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let parts = lower.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard lower.utf8.count <= 255, parts.count == 5, Self.isHint(parts[0]),
            let first = Self.number(parts[1]), first <= Limits.numberMax, Self.isHint(parts[2]),
            let byteCount = Self.number(parts[3]).flatMap({ Int(exactly: $0) }),
            Self.sizes.contains(byteCount),
            parts[4].hasSuffix(Self.ending) || parts[4].hasSuffix(Self.endingOfNote),
            let hash = Base32.decode(parts[4].prefix(Self.digitsOfHash))
                .flatMap({ SegmentHash(bytes: $0) })
        else { return nil }
        self.text = text
        self.hash = hash
        self.first = first
        self.byteCount = byteCount
        isNote = parts[4].hasSuffix(Self.endingOfNote)
    }

    /// The name of a note beside the file.
    var note: String {
        let lower = text.lowercased()
        let head = lower.split(separator: "-", maxSplits: 4).prefix(4).joined(separator: "-")
        return head + "-" + Base32.encode(hash.bytes) + Self.endingOfNote
    }

    /// The subfolder of a segment: 32 of them, as some file systems hold few names in one.
    static func subfolder(of hash: SegmentHash) -> String {
        String(Base32.encode(hash.bytes).prefix(1))
    }

    /// All subfolders.
    static let subfolders = "234567abcdefghijklmnopqrstuvwxyz".map(String.init)

    private static func isHint(_ part: Substring) -> Bool {
        part.utf8.count == digitsOfHint && part.utf8.allSatisfy { Base32.value(of: $0) != nil }
    }

    private static func number(_ part: Substring) -> Int64? {
        guard part.first != "0", part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(part)
    }
}
