import CSQLite

/// SQLite's codes of what a disk can say, which the importer leaves out because they are computed.
enum DiskCode {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let size = SQLITE_IOERR | 7 << 8
    static let remove = SQLITE_IOERR | 10 << 8
    static let access = SQLITE_IOERR | 13 << 8
    static let map = SQLITE_IOERR | 21 << 8
    static let nothingToRemove = SQLITE_IOERR | 23 << 8
}
