import Convergence
import Replication
import Sealing

extension Failure {
    /// The words for what the replica cannot do.
    init(_ failure: ReplicationFailure) {
        self =
            Self.opening(failure) ?? Self.files(failure) ?? Self.rows(failure)
            ?? Self.peers(failure)
            ?? Failure("this cannot be done: \(failure)", status: .failed)
    }

    private static func opening(_ failure: ReplicationFailure) -> Failure? {
        switch failure {
        case .noBooks(let path): noBooks(path)
        case .booksExist(let path):
            Failure(
                "there are books in \(path) already; nothing was changed.",
                why: "each folder holds one set of books",
                tries: ["jalon status", "add --books FOLDER for other books"], status: .failed)
        case .notBooks(let path):
            Failure(
                "what is in \(path) are not jalon's books.",
                why: "its database belongs to another program",
                tries: ["add --books FOLDER"], status: .badInput)
        case .newer(let path, let found, let known):
            Failure(
                "the books in \(path) were made by a newer jalon; nothing was changed.",
                why: "they have form \(found), and this program knows forms up to \(known)",
                tries: ["jalon --version, then install a newer jalon"], status: .badInput)
        case .keyMissing(let path):
            Failure(
                "the books' key is missing or damaged in \(path).",
                why: "it lies beside the database and is needed to read and write changes",
                tries: ["copy the folder again, whole", "jalon join - with your recovery sheet"],
                status: .badInput)
        case .damaged(let path, let detail):
            Failure(
                "the database in \(path) is damaged.", why: detail,
                tries: ["jalon doctor", "jalon rebuild"], status: .badInput)
        default: nil
        }
    }

    /// No books: the two ways to have some.
    static func noBooks(_ path: String) -> Failure {
        Failure(
            "there are no books in \(path).", why: "nothing was made there",
            tries: [
                #"jalon init --name "Atelier Nord"      starts new books"#,
                "jalon join -                          joins those of another device",
                "jalon --help                          says the rest",
            ], status: .failed)
    }

    private static func files(_ failure: ReplicationFailure) -> Failure? {
        switch failure {
        case .locked(let path, let seconds, let holder):
            busy(path, seconds, holder)
        case .file(let path, let code):
            Failure(
                "\(path) cannot be used: \(SystemError.text(code)).",
                why: "nothing was changed",
                tries: ["ls -ld \(path)", "add --books FOLDER for another place"],
                status: .cannotWrite)
        case .diskFull(let path):
            Failure(
                "the disk under \(path) is full; nothing was changed.",
                why: "reading still works", tries: ["df -h \(path)"], status: .cannotWrite)
        case .readOnly(let path):
            Failure(
                "nothing can be written in \(path); nothing was changed.",
                why: "reading still works", tries: ["ls -ld \(path)"], status: .cannotWrite)
        case .database(let code, let message):
            Failure(
                "the database refused: \(message).",
                why: "SQLite calls it \(code); nothing was changed", tries: ["jalon doctor"],
                status: .failed)
        case .sealing(let failure): Failure(failure)
        default: nil
        }
    }

    private static func busy(_ path: String, _ seconds: Int, _ holder: Int32?) -> Failure {
        let who = holder.map { "process \($0)" } ?? "another jalon"
        let list = holder.map { "ps \($0)" } ?? "ps -C jalon"
        return Failure(
            "the books in \(path) are busy; nothing was changed.",
            why: "\(who) has been writing for more than \(seconds) seconds",
            tries: ["try again", "\(list) shows what it is"], status: .failed)
    }

    private static func rows(_ failure: ReplicationFailure) -> Failure? {
        switch failure {
        case .liveChildren(let table, let row, let children, let of):
            Failure(
                "row \(row.text) of \(table) cannot be removed.",
                why: "\(children) of \(of) belong to it", status: .failed)
        case .unlawful(let table, let field):
            Failure(
                "the \(field) of \(table) cannot be kept; nothing was changed.",
                why: "it holds a NUL character or is longer than 65 536 bytes", status: .badInput)
        case .changeTooLarge:
            Failure(
                "this is too much for one change; nothing was changed.",
                tries: ["do it in parts"], status: .badInput)
        case .noConflict(let id):
            Failure("there is no conflict \(id).", tries: ["jalon conflicts"], status: .badInput)
        case .conflictChanged(let id):
            Failure(
                "the conflict \(id) has changed since it was listed; nothing was changed.",
                tries: ["jalon conflicts"], status: .failed)
        case .noAlternative(let number, let count):
            Failure(
                "the conflict has no value \(number).",
                why: count == 1 ? "it has one alternative" : "it has \(count) alternatives",
                tries: ["jalon conflicts show ID", "add --value N"], status: .badInput)
        case .issuedIsKept:
            Failure(
                "an issued invoice is never altered, so the other value cannot be taken.",
                why: "the remedy is a credit note", tries: ["jalon conflicts keep ID"],
                status: .failed)
        default: nil
        }
    }

    private static func peers(_ failure: ReplicationFailure) -> Failure? {
        switch failure {
        case .noWriter(let text):
            Failure(
                "no writer's name begins with “\(text)”, or several do.",
                tries: ["jalon status"], status: .badInput)
        case .notMissing(let writer, let number):
            Failure(
                "change \(number) of writer \(writer) is not missing; nothing was changed.",
                why: "only changes that nobody has can be declared lost",
                tries: ["jalon status"], status: .failed)
        case .noNumber(let number):
            Failure(
                "no change can have the number \(number); nothing was changed.",
                why: "the changes of a writer are numbered from 1 to \(Limits.numberMax)",
                tries: ["jalon status"], status: .badInput)
        case .noPeer(let name):
            Failure(
                "there is no peer “\(name)”.",
                tries: ["jalon peer list", Self.addPeer],
                status: .badInput)
        case .peerExists(let name):
            Failure(
                "there is a peer “\(name)” already.", tries: ["jalon peer list"], status: .failed)
        default: nil
        }
    }
}
