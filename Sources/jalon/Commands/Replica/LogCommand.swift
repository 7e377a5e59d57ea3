import ArgumentParser
import Billing
import Convergence
import Replication

struct LogCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Every change that was ever made, the latest first.")

    @Option(help: ArgumentHelp("Only so many.", valueName: "count"))
    var limit: Int?
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard limit.map({ $0 >= 0 }) ?? true else {
            throw Failure("a log of fewer than no changes cannot be shown.", status: .usage)
        }
        let entries = try session.replica().log(limit: limit)
        return Answer(json: .array(entries.map(\.json))) { page in
            var table = Table([.left("WHEN"), .left("DEVICE"), .right("NO"), .left("WHAT")])
            for entry in entries {
                table.add([
                    Cell(Machine.minute(at: entry.at), .faint),
                    Cell(entry.device ?? entry.writer), Cell("\(entry.number)"), Cell(entry.words),
                ])
            }
            page.table(table, none: "Nothing was written yet.")
        }
    }
}

extension LogEntry {
    /// `id writer device number at operations`; `sealed` and `content` differ between devices and
    /// versions of the program, and are left out.
    fileprivate var json: JSON {
        var operations: [JSON] = []
        if case .operations(let all) = content { operations = all.map(\.json) }
        return .members([
            "id": .string(id), "writer": .string(writer), "device": .text(device),
            "number": .integer(number), "at": .string(Machine.iso(at)),
            "operations": .array(operations),
        ])
    }

    fileprivate var words: String {
        switch content {
        case .unknown: return "something that a newer jalon wrote"
        case .unlawful(let fault): return "set aside: \(fault.rawValue)"
        case .operations(let operations):
            let shown = operations.filter { $0.table != "devices" }
            guard let first = shown.first else { return "a new device" }
            return first.words + (shown.count > 1 ? ", and \(shown.count - 1) more" : "")
        }
    }
}

extension Operation {
    fileprivate var json: JSON {
        let place: [JSON.Member] = [
            JSON.Member("table", .string(table)), JSON.Member("row", .string(row.text)),
        ]
        switch self {
        case .put(_, _, let fields):
            let values = fields.map { JSON.Member($0.field, $0.value.json) }
            return .object(
                [JSON.Member("put", .object(values))] + place)
        case .add(_, _, let deltas):
            let values = deltas.map { JSON.Member($0.field, .integer($0.amount)) }
            return .object([JSON.Member("add", .object(values))] + place)
        case .remove: return .object([JSON.Member("remove", .bool(true))] + place)
        }
    }

    /// Fields that say nothing to a person.
    private static let inner: Set<String> = ["created", "content", "draft", "hash", "position"]

    fileprivate var words: String {
        switch self {
        case .put(let table, let row, let fields):
            let shown = fields.filter { !Self.inner.contains($0.field) }
            let values = shown.map { "\($0.field) “\($0.value.words)”" }
            return "\(table) \(row.text): " + values.joined(separator: ", ")
        case .add(let table, let row, let deltas):
            let values = deltas.map { "\($0.field) \($0.amount > 0 ? "+" : "")\($0.amount)" }
            return "\(table) \(row.text): " + values.joined(separator: ", ")
        case .remove(let table, let row): return "\(table) \(row.text): removed"
        }
    }
}

extension Value {
    /// The bare value.
    var json: JSON {
        switch self {
        case .null: .null
        case .integer(let value): .integer(value)
        case .text(let text): .string(text)
        }
    }

    /// The value for a person.
    var words: String {
        switch self {
        case .null: "nothing"
        case .integer(let value): String(value)
        case .text(let text): text.replacing("\n", with: ", ")
        }
    }
}
