import Sealing

extension Failure {
    /// The words for a key, a seal or an invitation that does not fit.
    init(_ failure: SealingFailure) {
        self =
            switch failure {
            case .invitation(let fault): Self.invitation(fault)
            case .sheet(let line, let fault): Self.sheet(line, fault)
            case .key:
                Failure(
                    "this was sealed with another key than these books have.",
                    why: "it belongs to other books", status: .badInput)
            case .seal, .chain, .form, .limit:
                Failure(
                    "a sealed change is damaged.", why: "a good copy is taken when one comes",
                    tries: ["jalon sync", "jalon verify"], status: .badInput)
            case .signingKey:
                Failure(
                    "this device's own key is damaged.",
                    why: "a new one is made with the next change", tries: ["jalon doctor"],
                    status: .badInput)
            }
    }

    private static func sheet(_ line: Int, _ fault: InvitationFault) -> Failure {
        let (what, why) =
            switch fault {
            case .character:
                ("holds a character that no sheet has", "it has the letters a to z and 2 to 7 only")
            case .cut: ("is missing or not whole", "a line is its number and three groups of five")
            default: ("is mistyped", "its check digits do not fit")
            }
        return Failure(
            "line \(line) of the recovery sheet \(what); nothing was changed.", why: why,
            tries: ["compare line \(line) with the paper, then type all four again"],
            status: .badInput)
    }

    private static func invitation(_ fault: InvitationFault) -> Failure {
        let copy = "copy it again, whole: it is the last line that jalon invite prints"
        return switch fault {
        case .unknown:
            Failure(
                "this is no invitation; nothing was changed.",
                why: "an invitation begins with jalon1-", tries: [copy], status: .badInput)
        case .character:
            Failure(
                "the invitation holds a character that no invitation has; nothing was changed.",
                tries: [copy], status: .badInput)
        case .cut:
            Failure(
                "the invitation is cut; nothing was changed.",
                why: "a part of it is missing or was added", tries: [copy], status: .badInput)
        case .checksum:
            Failure(
                "the invitation is mistyped; nothing was changed.",
                why: "its check digits do not fit", tries: [copy], status: .badInput)
        case .version(let number):
            Failure(
                "the invitation was made by a newer jalon (form \(number)); nothing was changed.",
                tries: ["jalon --version, then install a newer jalon"], status: .badInput)
        }
    }
}
