import Convergence
import GRDB
import Wire

/// Every writer and branch that a replica knows, with how far each is applied.
///
/// Where one writer wrote two changes of the same number, the changes before are its trunk and each
/// continuation is a branch: a writer of its own, named by the key and the id of its first change.
struct WriterRegister {
    struct Entry {
        let key: WriterID
        let branch: ChangeID?
        let parent: WriterIndex?
        /// The number of the first change: 1 for a trunk.
        let fork: Int64
        /// The number of the last applied change; one less than `fork` when there is none.
        var number: Int64
        var id: ChangeID
        var stamp: Int64
        /// What the last applied change had seen, itself included; nil until it is asked for.
        var context: Context?
        var isDirty = false
        /// The ids, cut to ``ChainBlocks/idBytes``, of the changes applied since the last flush.
        var newIDs: [UInt8] = []
    }

    /// A point at which a writer is known to have two continuations.
    struct Fork: Hashable {
        let key: WriterID
        let number: Int64
        let previous: ChangeID
    }

    private(set) var entries: [Entry] = []
    /// The writers' names, in the order of their indices: what digests and ties go by.
    private(set) var names = Names()
    private var indices: [WriterID: [WriterIndex]] = [:]
    /// The trunk that was asked for last: changes come in runs of one writer.
    private var recent: (key: WriterID, index: WriterIndex)?
    var forks: Set<Fork> = []

    init() {}

    subscript(_ index: WriterIndex) -> Entry {
        _read { yield entries[index] }
        _modify { yield &entries[index] }
    }

    var count: Int { entries.count }

    /// Makes comparing names fast until the next writer is met.
    mutating func rankNames() { names.rank() }

    /// The public keys of all writers and branches, in the order of their indices.
    var keys: [WriterID] { entries.map(\.key) }

    func indices(of key: WriterID) -> [WriterIndex] { indices[key] ?? [] }

    /// Adds a trunk or a branch with nothing applied.
    @discardableResult
    mutating func insert(
        key: WriterID, branch: ChangeID? = nil, parent: WriterIndex? = nil, fork: Int64 = 1,
        id: ChangeID = .origin, context: Context? = Context()
    ) -> WriterIndex {
        insert(
            Entry(
                key: key, branch: branch, parent: parent, fork: fork, number: fork - 1, id: id,
                stamp: -1, context: context, isDirty: true))
    }

    @discardableResult
    mutating func insert(_ entry: Entry) -> WriterIndex {
        entries.append(entry)
        let index = names.insert(entry.key.bytes + (entry.branch?.bytes ?? []))
        indices[entry.key, default: []].append(index)
        return index
    }

    /// The writer's trunk, made if it is not known yet.
    mutating func trunk(of key: WriterID) -> WriterIndex {
        if let recent, recent.key == key { return recent.index }
        let index = indices[key]?.first ?? insert(key: key)
        recent = (key, index)
        return index
    }

    /// Notes that a writer's next change was applied; `context` is what it had seen, itself included.
    mutating func advance(
        _ writer: WriterIndex, by change: borrowing Change, _ id: ChangeID,
        _ context: consuming Context
    ) {
        entries[writer].context = context
        entries[writer].number = change.number
        entries[writer].id = id
        entries[writer].stamp = change.stamp
        entries[writer].isDirty = true
        id.withUnsafeBytes { bytes in
            entries[writer].newIDs.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<ChainBlocks.idBytes]))
        }
    }

    /// Extends a context by everything before a writer's fork, through all its parents.
    func extend(_ context: inout Context, to number: Int64, of writer: WriterIndex) {
        context[writer] = max(context[writer], number)
        var index = writer
        while let parent = entries[index].parent {
            context[parent] = max(context[parent], entries[index].fork - 1)
            index = parent
        }
    }

    /// Whether of some fork fewer than two branches are applied: then this replica names changes by a
    /// branch that others, at the same version, do not know of.
    var isHalfForked: Bool {
        forks.contains { fork in
            let branches = indices(of: fork.key).filter { index in
                let entry = entries[index]
                return entry.branch != nil && entry.fork == fork.number
                    && entry.number >= entry.fork
            }
            return branches.count < 2
        }
    }

    /// The version: how far every writer and branch is applied.
    var version: Context {
        var version = Context()
        // A branch whose first change waits is no part of the version yet.
        for (index, entry) in entries.enumerated() where entry.number >= entry.fork {
            version[index] = entry.number
        }
        return version
    }
}
