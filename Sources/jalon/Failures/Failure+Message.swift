import ArgumentParser
import Billing
import Replication
import Sealing
import SyncClient

// All words about what went wrong stand in this folder: what happened, why, what to type.

extension Failure {
    /// The words for any failure that a command can end with.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let failure as BillingFailure: self.init(failure)
        case let failure as ReplicationFailure: self.init(failure)
        case let failure as SealingFailure: self.init(failure)
        case let failure as SyncFailure: self.init(failure)
        case let failure as PeerAddress.Fault: self.init(failure)
        case let failure as FolderFailure: self.init(failure)
        default:
            self.init(
                "something happened that this program does not expect: \(error)",
                why: "this is a fault of jalon; nothing was changed",
                tries: ["jalon doctor", "report it with the output of jalon doctor"], status: .bug)
        }
    }

    /// A list of things that a name may have meant, as lines to choose from.
    static func choices(_ candidates: [Candidate]) -> [String] {
        candidates.prefix(5).map { candidate in
            let detail = candidate.detail.isEmpty ? "" : " (\(candidate.detail))"
            return "“\(candidate.label)”\(detail), id \(candidate.id)"
        }
    }
}
