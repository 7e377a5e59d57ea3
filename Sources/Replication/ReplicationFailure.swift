package import Convergence
package import Sealing

/// Why the replica cannot do what was asked. Nothing was changed, unless a case says otherwise.
package enum ReplicationFailure: Error, Equatable {
    /// There are no books in this folder.
    case noBooks(path: String)
    /// There are books in this folder already.
    case booksExist(path: String)
    /// The folder's database belongs to another program.
    case notBooks(path: String)
    /// The books were made by a later version: its schema, and the newest that this program knows.
    case newer(path: String, found: Int, known: Int)
    /// The books' key is missing or damaged.
    case keyMissing(path: String)
    /// The database cannot be read as what it should be.
    case damaged(path: String, detail: String)
    /// Another process held the lock for longer than this program waits, in seconds; its number, as
    /// far as the system tells.
    case locked(path: String, seconds: Int, holder: Int32?)
    /// A file or folder cannot be read or written; the system's error number.
    case file(path: String, errno: Int32)
    /// The disk is full.
    case diskFull(path: String)
    /// The books lie where nothing can be written.
    case readOnly(path: String)
    /// SQLite failed: its extended result code and message, without any data.
    case database(code: Int32, message: String)
    /// A seal, an invitation or a key failed.
    case sealing(SealingFailure)
    /// A row cannot be removed while rows of this table belong to it.
    case liveChildren(table: String, row: RowID, children: Int, of: String)
    /// A text holds NUL or is too long, or a name is not lawful.
    case unlawful(table: String, field: String)
    /// A change has no room for so much at once.
    case changeTooLarge
    /// There is no conflict of this id.
    case noConflict(id: String)
    /// The conflict shows other values than when it was listed.
    case conflictChanged(id: String)
    /// The conflict has not so many alternatives.
    case noAlternative(number: Int, count: Int)
    /// An issued document is never altered: its conflict can only be kept.
    case issuedIsKept(id: String)
    /// No writer's name begins so, or more than one does.
    case noWriter(text: String)
    /// All changes of this writer up to this number are here.
    case notMissing(writer: String, number: Int64)
    /// No change can have this number: they count from 1 to ``Limits/numberMax``.
    case noNumber(Int64)
    /// There is no peer of this name.
    case noPeer(name: String)
    /// There is a peer of this name already.
    case peerExists(name: String)
}

extension ReplicationFailure {
    /// Whether the same may succeed a little later, without anything being done to the books: another
    /// process writes, or their disk takes nothing for now.
    package var mayPass: Bool {
        switch self {
        case .locked, .diskFull, .readOnly: true
        default: false
        }
    }
}
