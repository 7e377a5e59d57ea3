import Convergence
import Wire

/// The rows that one transaction touches: loaded once, merged in memory, written once by
/// ``flush(into:writers:)``.
///
/// As many rows are held as memory should have; the operations on others wait, and each of these rows
/// is loaded, merged with all that waits for it and written when its turn comes, in the order in which
/// rows lie in their tables: a row is loaded and written once for many operations, and its neighbours
/// right after it.
struct TouchedRows {
    /// A row, by the integer of its table's name.
    private struct Key: Hashable, Sendable {
        let table: Int
        let row: RowID

        func isBefore(_ other: Key) -> Bool { (table, row) < (other.table, other.row) }
    }

    private struct Touched: Sendable {
        let key: Key
        /// Where the row lies; nil while that is not known, or when it is new.
        var place: Int64?
        /// Its state with all that was applied; nil while its operations wait.
        var state: RowState?
        /// Its hash as it is stored; zeros for a new row.
        var hash = Words32()
        /// Whether it was marked as disputed before.
        var wasDisputed = false
        /// The first operation that waits, counted from 1; 0 for none.
        var first = 0
        /// The last one.
        var last = 0
    }

    private struct Waiting: Sendable {
        let operation: Convergence.Operation
        let origin: Origin
        /// The next operation on the same row, counted from 1; 0 after the last.
        var next = 0
    }

    private var touched: ContiguousArray<Touched> = []
    private var positions: [Key: Int] = [:]
    private var waiting: ContiguousArray<Waiting> = []
    private var bytesWaiting = 0

    private let heldMax: Int
    /// What may wait for each row that may be held: three quarters of what such a row takes.
    private static let bytesWaitingPerRow = 768

    /// `heldMax` bounds how many rows are held, and with them what waits.
    init(heldMax: Int) { self.heldMax = heldMax }

    /// Whether so much waits that it had better be written.
    var isFull: Bool { bytesWaiting > heldMax * Self.bytesWaitingPerRow }

    /// Applies one operation, or lets it wait; `writers` are those that `origin` names.
    mutating func apply(
        _ operation: Convergence.Operation, from origin: borrowing Origin,
        to stored: inout StoredRows, _ writers: borrowing WriterRegister
    ) throws {
        let position = try position(of: operation, &stored, writers)
        if touched[position].state == nil {
            try wait(operation, from: origin, at: position, &stored)
        } else {
            let key = writers[origin.dot.writer].key
            try touched[position].state?.apply(operation, from: origin, by: key) {
                try stored.index(of: $0)
            }
        }
    }

    private mutating func position(
        of operation: Convergence.Operation, _ stored: inout StoredRows,
        _ writers: borrowing WriterRegister
    ) throws -> Int {
        let key = Key(table: try stored.index(of: operation.table), row: operation.row)
        if let position = positions[key] { return position }
        var row = Touched(key: key)
        if touched.count < heldMax {
            let shape = try stored.shape(of: key.table)
            row.place = try shape.place(of: key.row)
            row.state = try load(&row, stored, shape, writers.names)
        }
        positions[key] = touched.count
        touched.append(row)
        return touched.count - 1
    }

    /// The state of a row as it is stored, with what has to be known of it as it was.
    private func load(
        _ row: inout Touched, _ stored: StoredRows, _ shape: TableShape, _ writers: Names
    ) throws -> RowState {
        guard let place = row.place else { return RowState() }
        let found = try stored.load(row.key.row, at: place, in: shape)
        row.hash = found.hash
        row.wasDisputed = found.state.isDisputed(
            isFrozen: row.key.row.kind == .frozen, alive: stored.aliveIndex, writers: writers)
        return found.state
    }

    private mutating func wait(
        _ operation: Convergence.Operation, from origin: borrowing Origin, at position: Int,
        _ stored: inout StoredRows
    ) throws {
        // Names get their integers here: what waits is merged on other processors.
        try operation.eachField { _ = try stored.index(of: $0) }
        waiting.append(Waiting(operation: operation, origin: copy origin))
        bytesWaiting += operation.byteCount
        if touched[position].last == 0 {
            touched[position].first = waiting.count
        } else {
            waiting[touched[position].last - 1].next = waiting.count
        }
        touched[position].last = waiting.count
    }

    /// Counts the memory of a context that was changed: operations that wait may have it for themselves.
    mutating func hold(_ context: borrowing Context) {
        if touched.count >= heldMax { bytesWaiting += context.byteCount }
    }

    // MARK: - Writing

    /// Rows that are merged in one step, and steps that are under way at a time.
    private static let (rowsPerStep, stepsPerRound) = (64, 16)

    /// A row on its way back to its table.
    private struct Loaded: Sendable {
        let row: Touched
        let state: RowState
        let layout: RowLayout
    }

    /// Writes the rows, brings digest and names up to date, and forgets all rows.
    mutating func flush(into stored: inout StoredRows, _ writers: WriterRegister) throws {
        let order = try order(&stored)
        try stored.flushNames()
        let rounds = order.indices.steps(of: Self.rowsPerStep * Self.stepsPerRound)
            .map { order[$0] }
        var next = try rounds.first.map { try load($0, &stored, writers.names) }
        for round in rounds.indices {
            guard let rows = next else { break }
            let steps = rows.indices.steps(of: Self.rowsPerStep)
            let forms = forms(of: rows, steps, stored, writers)
            // While other processors merge.
            next =
                round + 1 < rounds.count
                ? try load(rounds[round + 1], &stored, writers.names) : nil
            for step in steps {
                for (position, form) in zip(step, forms.next() ?? []) {
                    try write(rows[position].row, form, &stored)
                }
            }
        }
        stored.writerCount = writers.count
        touched.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        bytesWaiting = 0
    }

    /// The positions of all rows in the order of their places. Those that are not loaded are looked up
    /// in the order of their ids, so that SQLite goes through index and table once.
    private mutating func order(_ stored: inout StoredRows) throws -> [Int] {
        let unknown = touched.indices.filter { touched[$0].state == nil }
            .sorted { touched[$0].key.isBefore(touched[$1].key) }
        for position in unknown {
            let key = touched[position].key
            touched[position].place = try stored.shape(of: key.table).place(of: key.row)
        }
        let places = touched.indices.map { position in
            // New rows come last, as they were made.
            (touched[position].key.table, touched[position].place ?? .max, position)
        }
        return places.sorted { $0 < $1 }.map(\.2)
    }

    private mutating func load(
        _ round: ArraySlice<Int>, _ stored: inout StoredRows, _ writers: Names
    ) throws -> [Loaded] {
        try round.map { position in
            let held = touched[position].state.take()
            var row = touched[position]
            let shape = try stored.shape(of: row.key.table)
            let state = try held ?? load(&row, stored, shape, writers)
            return Loaded(row: row, state: state, layout: shape.layout)
        }
    }

    /// Merges what waits into rows and computes how they are written, step by step on all processors.
    private func forms(
        of rows: [Loaded], _ steps: [Range<Int>], _ stored: StoredRows, _ writers: WriterRegister
    ) -> Readahead<[RowLayout.Form]> {
        Readahead(steps.count, window: Self.stepsPerRound, great: steps.count > 4) {
            [
                waiting, fields = stored.names.all, indices = stored.names.indices,
                alive = stored.aliveIndex, names = writers.names, keys = writers.keys
            ] step in
            rows[steps[step]].map { loaded in
                var state = loaded.state
                var next = loaded.row.first
                while next != 0 {
                    let waiting = waiting[next - 1]
                    let key = keys[waiting.origin.dot.writer]
                    state.apply(waiting.operation, from: waiting.origin, by: key) { indices[$0] }
                    next = waiting.next
                }
                return loaded.layout.form(
                    of: loaded.row.key.row, state, fields: fields, alive: alive, writers: names)
            }
        }
    }

    private func write(
        _ row: Touched, _ form: RowLayout.Form, _ stored: inout StoredRows
    ) throws {
        try stored.write(
            row.key.row, form, at: row.place, in: try stored.shape(of: row.key.table),
            former: row.hash, wasDisputed: row.wasDisputed)
    }
}

extension RowState {
    /// Applies an operation on the row; `key` is the public key of its writer, `index` gives the
    /// integers of names.
    fileprivate mutating func apply<Failure>(
        _ operation: Convergence.Operation, from origin: borrowing Origin, by key: WriterID,
        _ index: (String) throws(Failure) -> Int?
    ) throws(Failure) {
        let isFrozen = operation.row.kind == .frozen
        switch operation {
        case .put(let table, let row, let fields):
            let isOriginal = isFrozen && RowIDs.frozen(table, by: key, fields) == row
            for assignment in fields {
                guard let field = try index(assignment.field) else { continue }
                put(
                    field, assignment.value, from: origin, isFrozen: isFrozen,
                    isOriginal: isOriginal)
            }
        case .add(_, _, let deltas):
            for delta in deltas {
                guard let field = try index(delta.field) else { continue }
                add(field, delta.amount, from: origin)
            }
        case .remove: remove(from: origin, isFrozen: isFrozen)
        }
    }
}

extension Convergence.Operation {
    /// Calls back with the name of each field it touches.
    fileprivate func eachField(_ body: (String) throws -> Void) rethrows {
        switch self {
        case .put(_, _, let fields): for put in fields { try body(put.field) }
        case .add(_, _, let deltas): for delta in deltas { try body(delta.field) }
        case .remove: break
        }
    }

    /// About how much memory it takes while it waits.
    fileprivate var byteCount: Int {
        switch self {
        case .put(_, _, let fields):
            fields.reduce(256) { $0 + 64 + ($1.value.text?.utf8.count ?? 0) }
        case .add(_, _, let deltas): 256 + 64 * deltas.count
        case .remove: 256
        }
    }
}

extension Range<Int> {
    /// Ranges of so many numbers one after another, the last one of the rest.
    fileprivate func steps(of count: Int) -> [Range<Int>] {
        stride(from: lowerBound, to: upperBound, by: count).map {
            $0..<Swift.min($0 + count, upperBound)
        }
    }
}
