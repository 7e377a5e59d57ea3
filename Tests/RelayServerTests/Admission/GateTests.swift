import GRDB
import RelayServer
import SyncClient
import TestSupport
import Testing
import Wire

@Suite struct GateTests {
    let folder: TemporaryFolder
    let secret: EnrolmentSecret

    init() throws {
        folder = try TemporaryFolder()
        secret = try EnrolmentSecret(file: folder.secret)
    }

    private var enrolment: String { Enrolment.random(secret: secret).text }

    @Test func `an open relay takes any books`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try device.write(1)
            #expect(try await device.sync(relay).sent == 1)
            #expect(device.renewals == 1)
            try await device.sync(relay)
            #expect(device.renewals == 1)
        }
    }

    @Test func `a closed relay takes no books without an enrolment, or with a wrong one`()
        async throws
    {
        try await withRelay(folder, { _ in }) { relay in
            for text in [nil, "nonsense", "jalon-enrol-aaaa"] {
                let device = try Device(enrolment: text)
                await #expect(throws: SyncFailure.refused(Refusal(.enrolment))) {
                    try await device.sync(relay)
                }
            }
        }
    }

    @Test func `an enrolment brings one set of books, whose other devices need none`() async throws
    {
        try await withRelay(folder, { _ in }) { relay in
            let text = enrolment
            try await Device(books: 1, enrolment: text).sync(relay)
            try await Device(books: 1, writer: 2).sync(relay)
            await #expect(throws: SyncFailure.refused(Refusal(.enrolment))) {
                try await Device(books: 2, enrolment: text).sync(relay)
            }
            try await Device(books: 2, enrolment: enrolment).sync(relay)
        }
    }

    @Test func `after the relay's data was lost any device with the enrolment brings all back`()
        async throws
    {
        let text = enrolment
        let (laptop, phone) = (
            try Device(writer: 1, enrolment: text), try Device(writer: 2, enrolment: text)
        )
        try laptop.write(3)
        try phone.write(2)
        try await withRelay(folder, { _ in }) { relay in
            try await laptop.sync(relay)
            try await phone.sync(relay)
        }
        try folder.wipe()
        try await withRelay(folder, { _ in }) { relay in
            let report = try await phone.sync(relay)
            #expect(report.peerChanged)
            #expect(report.sent == 5)
            try await laptop.sync(relay)
            #expect(laptop.hashes == phone.hashes)
            #expect(laptop.hashes.count == 5)
            let fresh = try Device(writer: 3)
            try await fresh.sync(relay)
            #expect(fresh.hashes == laptop.hashes)
        }
    }

    @Test func `a large push to a relay that lost its data is admitted and taken`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try device.write(5, bodyBytes: 700_000)
            let report = try await device.sync(relay)
            #expect(report.sent == 5)
            #expect(device.renewals == 1)
        }
    }

    @Test func `a revoked token opens nothing, at once`() async throws {
        try await withRelay(folder) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try await laptop.sync(relay)
            try await phone.sync(relay)
            let store = try RelayStore(
                folder: DataFolder(folder.data), isServing: false, random: RelayRandom.bytes)
            let devices = try store.readNow { try DeviceTable($0).all() }
            #expect(devices.map(\.name) == ["device \"1\"\u{FFFD}", "device \"1\"\u{FFFD}"])
            let isDone = try store.commitNow { try DeviceTable($0).revoke(devices[0].id, at: 1) }
            #expect(isDone)
            store.close()
            await #expect(throws: SyncFailure.refused(Refusal(.revoked))) {
                try await laptop.sync(relay)
            }
            #expect(laptop.renewals == 1)
            // Nor does what it sends find a place.
            try laptop.write(1)
            await #expect(throws: SyncFailure.refused(Refusal(.revoked))) {
                try await laptop.sync(relay)
            }
            try await phone.sync(relay)
            #expect(phone.standing.position == 0)
        }
    }

    @Test func `a mailbox with as many devices as it takes still knows their tokens`() throws {
        let store = try RelayStore(
            folder: DataFolder(folder.data), isServing: true, random: RelayRandom.bytes)
        defer { store.close() }
        let device = try Device()
        try store.commitNow { database in
            let mailbox = try Mailbox(
                creating: device.books,
                generation: Generation(checked: [UInt8](repeating: 1, count: 16)), at: 0,
                in: database)
            let devices = DeviceTable(database)
            func token(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
            #expect(try devices.admit(to: mailbox, token: token(1), name: nil, at: 0))
            // All but one of the others.
            try database.execute(
                sql: """
                    WITH RECURSIVE other(number) AS (
                        SELECT 3 UNION ALL SELECT number + 1 FROM other WHERE number < ?)
                    INSERT INTO devices (mailbox, token, created, seen)
                    SELECT ?, CAST(printf('%032d', number) AS BLOB), 0, 0 FROM other
                    """, arguments: [DeviceTable.devicesMax, mailbox.id])
            #expect(try devices.admit(to: mailbox, token: token(2), name: nil, at: 1))
            #expect(try !devices.admit(to: mailbox, token: token(3), name: nil, at: 1))
            #expect(try devices.admit(to: mailbox, token: token(1), name: "again", at: 1))
            #expect(try devices.admit(to: mailbox, token: token(2), name: "again", at: 1))
        }
    }

    @Test func `a token of other books opens nothing`() async throws {
        try await withRelay(folder) { relay in
            let mine = try Device(books: 1)
            try await mine.sync(relay)
            let others = try Device(books: 2)
            try await others.sync(relay)
            let answer = try await relay.post(
                "/v1/books/\(others.books.text)/sync", token: mine.token(),
                Line.hello(books: others.books, .nowhere).encoded)
            #expect(answer.status == 401)
        }
    }

    @Test func `an admission whose proof does not hold is refused`() async throws {
        try await withRelay(folder) { relay in
            let (mine, other) = (try Device(books: 1), try Device(books: 2))
            let proof = try other.renewal()
            for (books, status) in [(mine.books, 409), (other.books, 201)] {
                let answer = try await relay.post(
                    "/v1/books/\(books.text)/devices", token: nil,
                    Array(relay.json(proof.request).utf8))
                #expect(answer.status == status)
            }
        }
    }
}
