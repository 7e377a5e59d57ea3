import SyncClient

extension Failure {
    /// The words for a machine that ssh did not bring us to.
    init(_ host: String, _ fault: ProgramFault) {
        let kept = "everything is kept here and goes out with the next jalon sync"
        switch fault {
        case .noProgram:
            self.init(
                "there is no ssh on this machine.", why: kept,
                tries: ["install it, as in apt install openssh-client"], status: .unreachable)
        case .hostKey:
            self.init(
                "ssh does not know that \(host) is the machine that it should be.",
                why: "its key is new here, or has changed, and nobody was asked",
                tries: ["ssh \(host), and compare the key that it shows"], status: .notAllowed)
        case .notLetIn:
            self.init(
                "\(host) does not let you in.",
                why: "ssh found no key or password that it takes",
                tries: ["ssh \(host)", "ssh-copy-id \(host)"], status: .notAllowed)
        case .commandMissing:
            self.init(
                "\(host) has no jalon-relay.",
                why: "it is looked for in its PATH, in ~/.local/bin and in /usr/local/bin",
                tries: ["tools/install on \(host)"], status: .unreachable)
        case .noise(let text):
            self.init(
                "\(host) says something before its relay does: “\(SafeText.shown(text))”.",
                why: "a login shell that prints spoils the conversation",
                tries: ["let its .bashrc print only on a terminal: [ -t 1 ] || return"],
                status: .unreachable)
        case .ended(let status, let complaint):
            let words = SafeText.shown(complaint)
            self.init(
                "the conversation over ssh with \(host) ended.",
                why: [words.isEmpty ? "its status was \(status)" : words, kept],
                tries: ["ssh \(host) jalon-relay --version"], status: .unreachable)
        }
    }
}
