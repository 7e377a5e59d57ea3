import Convergence
import Replication
import Sealing
import TestSupport
import Testing
import Wire

/// Promise 8: bad bytes stop nobody else, and a good copy is taken later.
@Suite struct BadBytesTests {
    private let row = History.rows[0]

    private func put(_ value: Int64) -> [Convergence.Operation] {
        [.put(table: "thing", row: row, fields: [.init("f", .integer(value))])]
    }

    private func reasons(_ fleet: Fleet, _ device: Int) throws -> [String] {
        try fleet.devices[device].replica.status().rejected.map(\.reason)
    }

    /// A segment with other bytes in place of its own; the signature of no one.
    private func damaged(_ segment: Segment, body: [UInt8]? = nil, signature: [UInt8]? = nil)
        throws -> Segment
    {
        try some(
            Segment(
                header: segment.header, commitment: segment.commitment,
                signature: signature ?? segment.signature, body: body ?? segment.body))
    }

    @Test func `damaged segments are set aside with their reason and the rest applies`() throws {
        let fleet = try Fleet(devices: 2, seed: 1)
        try fleet.put(0, row, ["f": 1])
        try fleet.publish(0)
        let good = fleet.segments[0]
        var body = good.body
        body[0] ^= 1
        let bad = try damaged(good, body: body)
        let forged = try damaged(good, signature: [UInt8](repeating: 7, count: 64))
        var other = try fleet.scribe(1)
        try fleet.deliver([bad, forged, try other.segment(put(2))], to: 1)
        #expect(try reasons(fleet, 1) == ["signature", "signature"])
        #expect(try fleet.view(row, of: 1).shown["f"] == 2)
        try fleet.deliver([good, bad], to: 1)
        #expect(try fleet.view(row, of: 1).values["f"]?.count == 2)
        #expect(try reasons(fleet, 1).count == 2)
    }

    @Test func `what a member sealed badly is set aside with its reason`() throws {
        let fleet = try Fleet(devices: 1, seed: 2)
        var scribe = try fleet.scribe(1)
        let stranger = try Scribe(secret: [UInt8](repeating: 3, count: 32), seed: 1)
        // Another member's seal over this writer's changes, with an id that does not follow.
        let run = Seal.Run(
            writer: scribe.writer, first: 1, before: .origin,
            after: ChangeID(checked: [UInt8](repeating: 9, count: 32)),
            lines: [try scribe.line(put(1))], claim: nil)
        let unchained = try scribe.seal.seal(run, by: scribe.key, random: [1])
        let honest = try scribe.segment(put(1))
        var formless = try fleet.scribe(2)
        let noChange = try formless.segment(Array("no change".utf8))
        var alien = stranger
        let otherBooks = try alien.segment(put(1))
        try fleet.deliver([unchained, noChange, otherBooks, honest], to: 0)
        #expect(try Set(reasons(fleet, 0)) == ["form", "chain", "key"])
        #expect(try fleet.view(row, of: 0).shown["f"] == 1)
    }

    @Test func `a body that inflates without end is refused within its bound`() throws {
        let fleet = try Fleet(devices: 1, seed: 3)
        var scribe = try fleet.scribe(1)
        // A run whose one line is larger than a change, but not than a body.
        let long = try scribe.segment([UInt8](repeating: 0x20, count: 1_000_000))
        #expect(long.body.count < 10_000)
        var other = try fleet.scribe(2)
        try fleet.deliver([long, try other.segment(put(2))], to: 0)
        #expect(try reasons(fleet, 0) == ["form"])
        #expect(try fleet.view(row, of: 0).shown["f"] == 2)
    }

    @Test func `a change that names its own writer as seen is refused`() throws {
        let fleet = try Fleet(devices: 1, seed: 4)
        var scribe = try fleet.scribe(1)
        _ = try scribe.segment(put(1))
        let own = scribe.entry
        try fleet.deliver([try scribe.segment(try scribe.line(put(2), seeing: [own]))], to: 0)
        #expect(try reasons(fleet, 0) == ["form"])
    }

    @Test func `a context that shrinks refuses its segment whole, in every order`() throws {
        let source = try Fleet(devices: 1, seed: 5)
        var other = try source.scribe(1)
        let first = try other.segment(put(1))
        let early = other.entry
        let second = try other.segment(put(2))
        let late = other.entry
        var bad = try source.scribe(2)
        let begin = try bad.segment(
            run: { try $0.line(self.put(3), seeing: [late]) },
            { try $0.line(self.put(4), seeing: [early]) })
        var third = try source.scribe(3)
        let after = try third.segment(put(5))
        var digests: Set<String> = []
        for order in permutations([first, second, begin, after]) {
            let reader = try source.add(name: "reader")
            for segment in order { try source.deliver([segment], to: reader) }
            let status = try source.devices[reader].replica.status()
            #expect(status.rejected.map(\.reason) == ["context"])
            #expect(status.waiting.isEmpty)
            #expect(try source.view(row, of: reader).values["f"]?.count == 2)
            digests.insert(status.digest)
            let audit = try source.devices[reader].replica.verify()
            #expect(audit.findings == [])
        }
        #expect(digests.count == 1)
    }

    @Test func `refused segments are remembered up to a bound and never taken twice`() throws {
        let fleet = try Fleet(devices: 1, seed: 6)
        try fleet.put(0, row, ["f": 1])
        try fleet.publish(0)
        let good = fleet.segments[0]
        let reader = try fleet.add(name: "reader")
        var bad: [Segment] = []
        for number in 0..<20 {
            bad.append(
                try damaged(good, signature: [UInt8](repeating: UInt8(number), count: 64)))
        }
        for _ in 0..<3 { try fleet.deliver(bad, to: reader) }
        #expect(try reasons(fleet, reader).count == 20)
        try fleet.deliver([good], to: reader)
        #expect(try fleet.view(row, of: reader).shown["f"] == 1)
    }

    @Test func `a sealer whose digest is wrong raises the alarm, and is believed by nobody`() throws
    {
        let fleet = try Fleet(devices: 1, seed: 7)
        var scribe = try fleet.scribe(1)
        let wrong = try some(Digest(bytes: [UInt8](repeating: 1, count: 32)))
        let line = try scribe.line(put(1))
        try fleet.deliver([try scribe.segment(line, claim: Claim(digest: wrong))], to: 0)
        #expect(try fleet.devices[0].replica.status().diverged == 1)
        #expect(try fleet.view(row, of: 0).shown["f"] == 1)
        let findings = try fleet.devices[0].replica.verify().findings
        #expect(findings.map(\.kind) == [.divergence])
        // It asks for one rebuild, not for one each time.
        let again = try scribe.line(put(2))
        let segment = try scribe.segment(again, claim: Claim(digest: wrong))
        #expect(try fleet.devices[0].replica.accept([segment], from: nil).diverged)
        #expect(try fleet.devices[0].replica.mend() == nil)
    }

    @Test func `a sealer whose digest is right is noted as agreeing`() throws {
        let fleet = try Fleet(devices: 2, seed: 8)
        try fleet.put(0, row, ["f": 1])
        try fleet.publish(0)
        let report = try fleet.devices[1].replica.accept(fleet.segments, from: nil)
        #expect(!report.diverged)
        #expect(try fleet.devices[1].replica.status().diverged == 0)
    }
}
