/// Why a folder cannot carry the books, or not all of them.
package enum FolderFailure: Error, Hashable, Sendable {
    /// It is not there: a stick that is not plugged in.
    case missing(path: String)
    /// It was met before and is bare now: another disk, or none, lies under its name.
    case emptied(path: String)
    /// Something else than a folder has its name.
    case notAFolder(path: String)
    /// It holds other things, and no books.
    case foreign(path: String, found: String)
    /// It carries other books.
    case otherBooks(path: String)
    /// Its layout is one that this program does not know.
    case newer(path: String)
    /// The file that says whose it is cannot be read.
    case unreadable(path: String)
    /// Something that is no segment has the name of one.
    case inTheWay(path: String)
    /// It holds more files than anybody's books.
    case tooMany(path: String)
    /// No space is left there.
    case full(path: String)
    /// It can only be read.
    case readOnly(path: String)
    /// A segment that lies there cannot be read, for the system's reason; the others were.
    case unread(path: String, errno: Int32)
    /// The system's reason.
    case files(path: String, errno: Int32)
}
