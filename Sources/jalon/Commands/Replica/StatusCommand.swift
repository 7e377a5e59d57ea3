import ArgumentParser
import Billing
import Replication
import Wire

struct StatusCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What this device holds, and what has arrived where.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let status = try session.replica().status()
        return Answer(json: status.json) { page in
            page.line("“\(status.device)” in \(session.places.books)", .strong)
            page.facts([
                ("books", status.books.text), ("writer", status.writer ?? "none yet"),
                ("digest", status.digest), ("changes", "\(status.changes)"),
                ("not sealed", "\(status.unsealed)"), ("not sent", "\(status.unsent)"),
                ("conflicts", "\(status.conflicts)"),
            ])
            page.line()
            page.table(status.peerTable, none: "No peers: \(Failure.addPeer)")
            page.line()
            page.table(status.deviceTable, none: "Nothing was written yet.")
            for line in status.reachLines { page.line(line, .faint) }
            for waiting in status.waiting {
                page.line(waiting.words(status.names), .warning)
            }
            let damaged = status.rejected.filter { !$0.isNoted }.count
            if damaged > 0 {
                page.line("\(damaged) damaged lines set aside: jalon doctor", .warning)
            }
            if status.aside > 0 {
                page.line("\(status.aside) changes of a newer jalon are kept, unread.", .warning)
            }
        }
    }
}

extension Status {
    /// All changes that are applied.
    fileprivate var changes: Int64 { writers.reduce(0) { $0 + $1.number } }

    /// The devices' names by their writers.
    fileprivate var names: [String: String] {
        Dictionary(
            writers.compactMap { writer in writer.device.map { (writer.name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    fileprivate var json: JSON {
        let version = JSON.object(writers.map { JSON.Member($0.name, .integer($0.number)) })
        return .members([
            "books": .string(books.text), "device": .string(device), "writer": .text(writer),
            "version": version, "digest": .string(digest), "unsealed": .integer(unsealed),
            "unsent": .integer(unsent), "conflicts": .integer(conflicts),
            "waiting": .integer(waiting.count), "rejected": .integer(rejected.count),
            "peers": .array(peers.map(\.json)), "devices": .array(writers.map(\.json)),
            "unconfirmed": .array(reach.map(\.json)),
            "missing": .array(waiting.map(\.json)),
            "setAside": .array(rejected.map(\.json)), "unread": .integer(aside),
            "diverged": .integer(diverged),
        ])
    }

    fileprivate var peerTable: Table {
        var table = Table([
            .left("PEER"), .left("ADDRESS"), .left("LAST SYNC"), .right("HAS OF OURS"),
        ])
        for peer in peers {
            table.add([
                Cell(peer.name, .strong), Cell(peer.address),
                Cell(peer.lastSync.map(Machine.minute) ?? "never"), Cell("\(peer.reached)"),
            ])
        }
        return table
    }

    /// What the relays say, where it is more than what the devices' own changes prove.
    fileprivate var reachLines: [String] {
        let known = Dictionary(
            writers.compactMap { writer in writer.device.map { ($0, writer.seen) } },
            uniquingKeysWith: max)
        return reach.filter { $0.number > known[$0.device] ?? 0 }.map { reach in
            let name = reach.device.isEmpty ? "Another device" : "“\(reach.device)”"
            return "\(name) fetched \(reach.number) of ours, says \(reach.peer) (unconfirmed)."
        }
    }

    fileprivate var deviceTable: Table {
        var table = Table([
            .left("DEVICE"), .left("WRITER"), .right("CHANGES"), .left("LAST"),
            .right("SAW OF OURS"),
        ])
        for writer in writers {
            table.add([
                Cell(writer.device ?? "", .strong), Cell(writer.name, .faint),
                Cell("\(writer.number)"), Cell(Machine.minute(at: writer.at)),
                Cell(writer.isOwn ? "this device" : "\(writer.seen)"),
            ])
        }
        return table
    }
}

extension Peer {
    /// `name url lastSync reached`.
    var json: JSON {
        .members([
            "name": .string(name), "url": .string(address),
            "lastSync": .text(lastSync.map(Machine.iso)), "reached": .integer(reached),
        ])
    }
}

extension Status.Writer {
    fileprivate var json: JSON {
        .members([
            "device": .text(device), "writer": .string(name), "own": .bool(isOwn),
            "changes": .integer(number), "at": .string(Machine.iso(at)),
            "seen": isOwn ? .integer(number) : .integer(seen),
        ])
    }
}

extension Reach {
    /// `device fetched peer`.
    fileprivate var json: JSON {
        .members([
            "device": .string(device), "fetched": .integer(number), "peer": .string(peer),
        ])
    }
}

extension Status.Waiting {
    fileprivate var json: JSON {
        .members([
            "writer": .string(missingWriter), "number": .integer(missingNumber),
            "neededBy": .string(writer), "changes": .integer(numbers.count),
        ])
    }

    fileprivate func words(_ names: [String: String]) -> String {
        let dependent = names[writer] ?? writer
        let missing = names[missingWriter] ?? missingWriter
        let count = numbers.count == 1 ? "A change" : "\(numbers.count) changes"
        return "\(count) of \(dependent) wait for change \(missingNumber) of \(missing)."
            + " If nobody has it any more: jalon lost \(missingWriter) \(missingNumber)"
    }
}

extension Status.Rejected {
    fileprivate var json: JSON {
        .members([
            "segment": .string(hash), "reason": .string(reason), "at": .string(Machine.iso(at)),
            "noted": .bool(isNoted),
        ])
    }
}
