import Sealing
import Wire

/// Received segments on their way to be applied: their signatures and seals are checked on other
/// processors, ahead of whoever applies them.
struct PreparedSegments: Sendable {
    /// What checking and opening a segment came to.
    enum Opening: Sendable {
        case opened(OpenedSegment)
        case rejected(reason: String)
    }

    /// The segments, in the order in which they are applied.
    let segments: [Segment]
    let openings: Readahead<Opening>

    init(_ segments: [Segment], _ seal: Seal) {
        self.segments = segments
        openings = Readahead(segments.count, great: Self.isGreat(segments)) { position in
            let segment = segments[position]
            guard segment.isSignedBySealer else { return .rejected(reason: "signature") }
            do throws(SealingFailure) {
                return .opened(try seal.open(segment))
            } catch {
                return .rejected(reason: Self.reason(error))
            }
        }
    }

    /// Whether opening these is worth a second processor.
    static func isGreat(_ segments: some Sequence<Segment>) -> Bool {
        segments.reduce(0) { $0 + $1.body.count } > 65_536
    }

    private static func reason(_ failure: SealingFailure) -> String {
        switch failure {
        case .key: "key"
        case .seal: "seal"
        case .form: "form"
        case .chain: "chain"
        case .limit: "limit"
        case .signingKey, .invitation, .sheet: "form"
        }
    }
}
