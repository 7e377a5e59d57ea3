import Foundation
package import GRDB
package import Wire

/// The devices of one mailbox, by the hashes of their tokens.
package struct DeviceTable {
    /// One device.
    package struct Device: Hashable, Sendable {
        /// Its number on this relay.
        package let id: Int64
        /// Its books.
        package let books: BooksID
        /// What it called itself.
        package let name: String?
        /// When it was admitted, in milliseconds since 1970.
        package let created: Int64
        /// When it was last here, to the hour.
        package let seen: Int64
        /// When its token was revoked.
        package let revoked: Int64?
        /// The position up to which the mailbox was handed to it.
        package let position: Int64

        /// Whether it is to be remembered that it was here at a time.
        func isDue(at time: Int64) -> Bool { time - seen >= 3_600_000 }
    }

    /// Devices of one mailbox; each reinstallation makes one.
    package static let devicesMax = 10_000

    private let database: Database

    /// The table inside one transaction.
    package init(_ database: Database) { self.database = database }

    /// What a token opens: the mailbox, or why it opens none.
    package func mailbox(
        of books: BooksID, token hash: [UInt8]
    ) throws -> (mailbox: Mailbox, device: Device)? {
        guard let mailbox = try Mailbox(database, books: books) else { return nil }
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, name, created, seen, revoked, position FROM devices
                WHERE mailbox = ? AND token = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [mailbox.id, Data(hash)]) else {
            return nil
        }
        return (mailbox, Self.device(row, books))
    }

    private static func device(_ row: Row, _ books: BooksID) -> Device {
        Device(
            id: row[0], books: books, name: row[1], created: row[2], seen: row[3], revoked: row[4],
            position: row[5])
    }

    /// Admits a device; the same token again is the same device, however many there are. False when
    /// there are too many.
    package func admit(
        to mailbox: Mailbox, token hash: [UInt8], name: String?, at time: Int64
    ) throws -> Bool {
        let count = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM devices WHERE mailbox = ?",
            arguments: [mailbox.id])
        if count ?? 0 >= Self.devicesMax {
            let known = try Int.fetchOne(
                database, sql: "SELECT 1 FROM devices WHERE mailbox = ? AND token = ?",
                arguments: [mailbox.id, Data(hash)])
            guard known != nil else { return false }
        }
        try database.execute(
            sql: """
                INSERT INTO devices (mailbox, token, name, created, seen) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (mailbox, token) DO UPDATE SET name = coalesce(excluded.name, name)
                """,
            arguments: [mailbox.id, Data(hash), name, time, time])
        return true
    }

    /// Remembers that a device was here.
    package func see(_ id: Int64, at time: Int64) throws {
        try database.execute(
            sql: "UPDATE devices SET seen = ? WHERE id = ?", arguments: [time, id])
    }

    /// Remembers up to which position the mailbox was handed to a device.
    package func hand(_ id: Int64, upTo position: Int64) throws {
        try database.execute(
            sql: "UPDATE devices SET position = max(position, ?) WHERE id = ?",
            arguments: [position, id])
    }

    /// The devices of a mailbox whose token is good, without one of them, by time of admission.
    package func others(of mailbox: Mailbox, than device: Device) throws -> [Device] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, name, created, seen, revoked, position FROM devices
                WHERE mailbox = ? AND id <> ? AND revoked IS NULL ORDER BY id
                """,
            arguments: [mailbox.id, device.id])
        return rows.map { Self.device($0, device.books) }
    }

    /// Ends a device's token at once; false when there is no such device or it is ended already.
    package func revoke(_ id: Int64, at time: Int64) throws -> Bool {
        try database.execute(
            sql: "UPDATE devices SET revoked = ? WHERE id = ? AND revoked IS NULL",
            arguments: [time, id])
        return database.changesCount > 0
    }

    /// The hashes of a mailbox's ended tokens.
    package func revokedTokens(of mailbox: Mailbox) throws -> Set<[UInt8]> {
        let tokens = try Data.fetchAll(
            database, sql: "SELECT token FROM devices WHERE mailbox = ? AND revoked IS NOT NULL",
            arguments: [mailbox.id])
        return Set(tokens.map(Array.init))
    }

    /// All devices, by books and time of admission.
    package func all() throws -> [Device] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT d.id, d.name, d.created, d.seen, d.revoked, d.position, m.books
                FROM devices d JOIN mailboxes m ON m.id = d.mailbox ORDER BY m.id, d.id
                """)
        return rows.compactMap { row in
            BooksID(blob: row["books"]).map { Self.device(row, $0) }
        }
    }

    /// The books that an enrolment is bound to by its first use.
    package func mailbox(enrolledBy nonce: [UInt8]) throws -> Int64? {
        try Int64.fetchOne(
            database, sql: "SELECT mailbox FROM enrolments WHERE nonce = ?",
            arguments: [Data(nonce)])
    }

    /// Binds an enrolment to the books that use it first.
    package func bind(_ nonce: [UInt8], to mailbox: Mailbox, at time: Int64) throws {
        try database.execute(
            sql: "INSERT INTO enrolments (nonce, mailbox, created) VALUES (?, ?, ?)",
            arguments: [Data(nonce), mailbox.id, time])
    }
}
