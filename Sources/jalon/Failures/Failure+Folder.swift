import SyncClient

extension Failure {
    /// The words for a folder that cannot carry the books.
    init(_ failure: FolderFailure) {
        let kept = "everything is kept here and goes there with the next jalon sync"
        switch failure {
        case .missing(let path):
            self.init(
                "\(path) is not there.", why: ["perhaps its stick is not plugged in", kept],
                tries: ["jalon sync, once it is there", "jalon peer list"], status: .unreachable)
        case .emptied(let path):
            self.init(
                "\(path) holds no books any more; nothing was written.",
                why: "perhaps its stick is not plugged in, or the folder was emptied",
                tries: [
                    "plug it in, then jalon sync",
                    "to begin it anew: jalon peer remove NAME, then jalon peer add NAME \(path)",
                ], status: .unreachable)
        case .notAFolder(let path):
            self.init("\(path) is not a folder.", tries: ["jalon peer list"], status: .badInput)
        case .foreign(let path, let found):
            self.init(
                "\(path) holds other things, as “\(SafeText.shown(found))”; nothing was written.",
                why: "the books travel in a folder of their own",
                tries: ["name a new folder in it, as \(path == "/" ? "" : path)/jalon"],
                status: .badInput)
        case .otherBooks(let path):
            self.init(
                "\(path) carries other books; nothing was written or read.",
                why: "one folder carries the books of one business",
                tries: ["another folder, or jalon --books FOLDER for those books"],
                status: .notAllowed)
        case .newer(let path):
            self.init(
                "\(path) was laid out by a newer jalon; nothing was written.",
                tries: ["jalon --version, then install a newer jalon"], status: .badInput)
        case .unreadable(let path):
            self.init(
                "\(path) cannot be read as what it should be; nothing was written.",
                why: "it may be on its way still, or damaged",
                tries: ["jalon sync, later", "remove it if it stays so: it is written again"],
                status: .badInput)
        case .inTheWay(let path):
            self.init(
                "something lies in the way at \(path).",
                why: ["a link, a file or a folder has a name that jalon needs there", kept],
                tries: ["ls -l \(path)", "move it away"], status: .cannotWrite)
        case .tooMany(let path):
            self.init(
                "\(path) holds more files than any books have.",
                tries: ["another folder"], status: .badInput)
        case .full(let path):
            self.init(
                "no space is left in \(path).",
                why: ["what did not fit is kept here and goes there with a later jalon sync"],
                tries: ["make room there: df -h \(path)"], status: .cannotWrite)
        case .readOnly(let path):
            self.init(
                "\(path) can only be read, so the books cannot be brought there.", why: kept,
                tries: ["ls -ld \(path)"], status: .cannotWrite)
        case .unread(let path, let code):
            self.init(
                "\(path) cannot be read: \(SystemError.text(code)).",
                why: ["its disk may be failing", "all that can be read was taken in"],
                tries: [
                    "jalon sync with another peer",
                    "jalon sync on the device that wrote it, which writes it again",
                ], status: .cannotWrite)
        case .files(let path, let code):
            self.init(
                "\(path) cannot be used: \(SystemError.text(code)).", why: kept,
                tries: ["ls -ld \(path)"], status: .cannotWrite)
        }
    }
}
