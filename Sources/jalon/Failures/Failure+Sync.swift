import SyncClient
import Wire

extension Failure {
    /// What to type for a peer of any kind.
    static let addPeer = "jalon peer add NAME https://RELAY, ssh://HOST/PATH or /FOLDER"

    /// The words for a text that is no relay's address.
    init(_ fault: PeerAddress.Fault) {
        let why =
            switch fault {
            case .form:
                "it begins with https:// (http:// at home) or ssh://, and names a machine;"
                    + " behind ssh:// also the folder of a relay's data there"
            case .scheme(nil):
                "it does not begin with https://, http:// or ssh://; a folder has a / in its name"
            case .scheme(let scheme?):
                "it begins with \(scheme)://, not with https://, http:// or ssh://"
            case .credentials: "it holds a user's name or password, which a relay does not take"
            case .query: "it has a ? or # in it, and a relay's address has none"
            }
        self.init(
            "this is no address of a relay; nothing was changed.", why: why,
            tries: [Self.addPeer], status: .badInput)
    }

    /// The words for a peer that could not be met.
    init(_ failure: SyncFailure) {
        let kept = "everything is kept here and goes out with the next jalon sync"
        switch failure {
        case .unreachable(let host, let reason):
            self.init(
                "\(host) cannot be reached: \(Self.words(reason)).", why: kept,
                tries: ["jalon sync, when there is a network", "jalon peer list"],
                status: .unreachable)
        case .notARelay(let address, let status, let content):
            let kind = content.isEmpty ? "nothing" : content
            let why =
                status == 0
                ? "its answer is not one of HTTP: perhaps another program listens there"
                : "it answered \(status) with \(kind): perhaps a login page or another program"
            self.init(
                "what answers at \(address) is not a relay.", why: why,
                tries: ["jalon peer list", "curl \(address)/health"], status: .unreachable)
        case .refused(let refusal): self = Self.refused(refusal.code)
        case .cut(let host):
            self.init(
                "the connection to \(host) ended too early.",
                why: "what came whole is kept, and the next sync goes on from there",
                tries: ["jalon sync"], status: .unreachable)
        case .slow:
            self.init(
                "the relay's answer comes too slowly, or says nothing.",
                why: [
                    "in more than a minute less than 1 024 bytes a second came",
                    "what came whole is kept, and the next sync goes on from there",
                ], tries: ["jalon sync, later", "tell the relay's owner"], status: .unreachable)
        case .insecure(let host, let reason):
            self.init(
                "the connection to \(host) is not secure.", why: reason,
                tries: ["check the address: jalon peer list"], status: .unreachable)
        case .program(let host, let fault): self.init(host, fault)
        case .broken(.version): self = Self.refused(.version)
        case .broken(.restless):
            self.init(
                "the relay shows another store at every answer.",
                why: "perhaps two relays answer in turn at this address, or it keeps nothing",
                tries: ["tell the relay's owner"], status: .unreachable)
        case .broken:
            self.init(
                "the relay does not keep to the protocol.",
                why: "its answer cannot be read; what came whole is kept",
                tries: ["jalon --version, then install a newer jalon"], status: .unreachable)
        }
    }

    private static func words(_ reason: SyncFailure.Reason) -> String {
        switch reason {
        case .unknownHost: "no machine of that name is known"
        case .notListening: "nobody listens there"
        case .silent: "no answer came in time"
        case .gateway(let status): "its relay is down (a proxy answers \(status))"
        case .other(let text): text
        }
    }

    private static func refused(_ code: Refusal.Code) -> Failure {
        switch code {
        case .enrolment:
            Failure(
                "the relay takes only books that are enrolled.",
                why: "its owner gives you an enrolment, which jalon-relay enroll prints",
                tries: ["jalon peer remove NAME", "jalon peer add NAME URL --enrolment -"],
                status: .notAllowed)
        case .revoked:
            Failure(
                "the relay has shut this device out.", why: "its owner revoked it",
                tries: ["ask the relay's owner"], status: .notAllowed)
        case .token, .proof:
            Failure(
                "the relay does not take this device's proof that it belongs to the books.",
                tries: ["jalon sync", "jalon doctor"], status: .notAllowed)
        case .books, .key:
            Failure(
                "the relay holds other books under this name.",
                why: "identity and key do not belong together", tries: ["jalon doctor"],
                status: .notAllowed)
        case .quota:
            Failure(
                "the relay is full for these books.", why: "everything is kept here",
                tries: ["ask the relay's owner for a greater --quota"], status: .unreachable)
        case .busy:
            Failure(
                "the relay is busy.", why: "everything is kept here", tries: ["jalon sync, later"],
                status: .unreachable)
        case .storage:
            Failure(
                "the relay cannot store anything.", why: "everything is kept here",
                tries: ["tell the relay's owner"], status: .unreachable)
        case .version:
            Failure(
                "the relay speaks another version of the protocol.",
                tries: ["jalon --version, then install a newer jalon"], status: .unreachable)
        case .form, .size, .signature:
            Failure(
                "the relay cannot read what this device sends (\(code.rawValue)).",
                tries: ["jalon verify"], status: .failed)
        }
    }
}
