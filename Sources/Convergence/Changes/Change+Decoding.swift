extension Change {
    /// Reads a change's line.
    ///
    /// Throws when the line is not of the strict form or exceeds a bound that refuses a segment.
    /// What can be read but not understood, or breaks a rule, is a value: see ``Content``.
    package init(line bytes: [UInt8], from start: Int = 0, to end: Int? = nil) throws(ScanFault) {
        var scanner = Scanner(bytes, from: start, to: end)
        guard scanner.end - scanner.offset <= Limits.changeBytesMax else {
            throw ScanFault(offset: scanner.offset)
        }
        try scanner.expect(#"{"n":"#)
        number = try scanner.bounded(1...Limits.numberMax)
        try scanner.expect(#","t":"#)
        stamp = try scanner.bounded(0...Limits.stampMax)
        context = try scanner.takes(#","c":["#) ? scanner.contextEntries() : []
        try scanner.expect(#","o":["#)
        var reading = OperationReading()
        if !scanner.takes("]") {
            repeat { try reading.operation(&scanner) } while scanner.takes(",")
            try scanner.expect("]")
        }
        while scanner.takes(",") {
            // A key of a later version.
            _ = try scanner.string()
            try scanner.expect(":")
            try scanner.skipValue()
            reading.isUnknown = true
        }
        try scanner.expect("}")
        guard scanner.isAtEnd else { throw ScanFault(offset: scanner.offset) }
        content = reading.content
    }
}

extension Scanner {
    fileprivate mutating func bounded(_ range: ClosedRange<Int64>) throws(ScanFault) -> Int64 {
        let start = offset
        let integer = try integer()
        guard range.contains(integer) else { throw ScanFault(offset: start) }
        return integer
    }

    fileprivate mutating func contextEntries() throws(ScanFault) -> [Change.ContextEntry] {
        var entries: [Change.ContextEntry] = []
        repeat {
            guard entries.count < Limits.contextEntriesMax else { throw ScanFault(offset: offset) }
            try expect("[")
            let writer = try base64(count: 32)
            try expect(",")
            let number = try bounded(1...Limits.numberMax)
            try expect(",")
            let id = try base64(count: 32)
            try expect("]")
            entries.append(Change.ContextEntry(writer: writer, number: number, id: id))
        } while takes(",")
        try expect("]")
        return entries
    }
}

/// The operations of one change as far as they are read, and what was found wrong with them.
///
/// After the first fault the rest is only checked for its form, so that every implementation
/// refuses or keeps the same lines.
private struct OperationReading {
    var operations: [Operation] = []
    var count = 0
    var isUnknown = false
    var fault: Change.Fault?

    var content: Change.Content {
        if isUnknown { return .unknown }
        if let fault { return .unlawful(fault) }
        if count == 0 || count > Limits.operationsPerChangeMax { return .unlawful(.count) }
        if mixesRemoves { return .unlawful(.mixed) }
        return .operations(operations)
    }

    /// Within one change a row has either puts and adds or one remove, and no field twice.
    private var mixesRemoves: Bool {
        guard operations.count > 1 else { return false }
        var removed: Set<Key> = []
        var written: Set<Key> = []
        for operation in operations {
            let key = Key(table: operation.table, row: operation.row)
            if case .remove = operation {
                guard removed.insert(key).inserted else { return true }
            } else {
                written.insert(key)
            }
        }
        return !removed.isDisjoint(with: written)
    }

    private struct Key: Hashable {
        let table: String
        let row: RowID
    }

    mutating func operation(_ scanner: inout Scanner) throws(ScanFault) {
        count += 1
        if scanner.takes(#"["put","#) {
            try put(&scanner)
        } else if scanner.takes(#"["add","#) {
            try add(&scanner)
        } else if scanner.takes(#"["remove","#) {
            guard let (table, row) = try target(&scanner) else { return }
            if try endsEarly(&scanner) {
                keep(.remove(table: table, row: row))
            } else {
                // A later version says more about a remove.
                isUnknown = true
                try skipRest(&scanner)
            }
        } else {
            isUnknown = true
            try scanner.skipValue()
        }
    }

    private mutating func put(_ scanner: inout Scanner) throws(ScanFault) {
        guard let (table, row) = try target(&scanner) else { return }
        var fields: [Operation.Assignment] = []
        try members(&scanner) { (name, scanner) throws(ScanFault) in
            guard let value = try scanner.value() else { return false }
            fields.append(Operation.Assignment(name, value))
            return true
        }
        for field in fields {
            if case .text(let text) = field.value, !text.isLawfulText { fault = fault ?? .text }
        }
        check(fields) { $0.field }
        keep(.put(table: table, row: row, fields: fields))
    }

    private mutating func add(_ scanner: inout Scanner) throws(ScanFault) {
        guard let (table, row) = try target(&scanner) else { return }
        var deltas: [Operation.Delta] = []
        try members(&scanner) { (name, scanner) throws(ScanFault) in
            guard case .integer(let amount)? = try scanner.value() else { return false }
            deltas.append(Operation.Delta(name, amount))
            return true
        }
        check(deltas) { $0.field }
        keep(.add(table: table, row: row, deltas: deltas))
    }

    /// Takes the object of an operation's fields and its closing bracket.
    private mutating func members(
        _ scanner: inout Scanner,
        _ member: (String, inout Scanner) throws(ScanFault) -> Bool
    ) throws(ScanFault) {
        if try endsEarly(&scanner) {
            isUnknown = true
            return
        }
        guard scanner.next == 0x7b else {
            isUnknown = true
            try skipRest(&scanner)
            return
        }
        try scanner.expect("{")
        if !scanner.takes("}") {
            repeat {
                let name = try scanner.string()
                try scanner.expect(":")
                if try !member(name, &scanner) { isUnknown = true }
            } while scanner.takes(",")
            try scanner.expect("}")
        }
        guard try !endsEarly(&scanner) else { return }
        isUnknown = true
        try skipRest(&scanner)
    }

    /// Takes the table and the row, but not what follows them; nil, with the operation taken, when
    /// there is something else here.
    private mutating func target(
        _ scanner: inout Scanner
    ) throws(ScanFault) -> (table: String, row: RowID)? {
        guard scanner.next == 0x22 else {
            isUnknown = true
            try skipRest(&scanner)
            return nil
        }
        let table = try scanner.string()
        if !table.isLawfulName { fault = fault ?? .name }
        if try endsEarly(&scanner) {
            isUnknown = true
            return nil
        }
        guard scanner.next == 0x22 else {
            isUnknown = true
            try skipRest(&scanner)
            return nil
        }
        guard let row = try scanner.rowID() else {
            fault = fault ?? .row
            if try !endsEarly(&scanner) { try skipRest(&scanner) }
            return nil
        }
        return (table, row)
    }

    /// Takes an operation's closing bracket, or the comma before its next value.
    private func endsEarly(_ scanner: inout Scanner) throws(ScanFault) -> Bool {
        if scanner.takes("]") { return true }
        try scanner.expect(",")
        return false
    }

    /// Takes values, at least one, up to and with the closing bracket of an operation.
    private func skipRest(_ scanner: inout Scanner) throws(ScanFault) {
        repeat { try scanner.skipValue() } while scanner.takes(",")
        try scanner.expect("]")
    }

    private mutating func check<Member>(_ members: [Member], _ name: (Member) -> String) {
        guard (1...Limits.fieldsPerOperationMax).contains(members.count) else {
            fault = fault ?? .fields
            return
        }
        if Self.hasTwins(members, name) { fault = fault ?? .fields }
        for member in members where !name(member).isLawfulName { fault = fault ?? .name }
    }

    /// Whether two members have one name.
    private static func hasTwins<Member>(_ members: [Member], _ name: (Member) -> String) -> Bool {
        // For the few fields of most rows comparing each with each is quickest.
        guard members.count <= 12 else { return Set(members.map(name)).count != members.count }
        for (position, member) in members.enumerated() {
            for other in members[..<position] where name(other) == name(member) { return true }
        }
        return false
    }

    private mutating func keep(_ operation: Operation) {
        guard fault == nil, !isUnknown, count <= Limits.operationsPerChangeMax else {
            operations = []
            return
        }
        operations.append(operation)
    }
}

extension Scanner {
    /// Takes a register's value; nil, with the value taken, when its type is of a later version.
    fileprivate mutating func value() throws(ScanFault) -> Value? {
        switch next {
        case 0x22: return .text(try string())
        case 0x6e:
            try expect("null")
            return .null
        case .some(0x2d), .some(0x30...0x39):
            var attempt = self
            if let integer = try? attempt.integer() {
                self = attempt
                return .integer(integer)
            }
            try skipValue()
            return nil
        default:
            try skipValue()
            return nil
        }
    }
}

extension String {
    /// Whether this may be the value of a register: no NUL, at most ``Limits/textBytesMax`` bytes.
    package var isLawfulText: Bool {
        utf8.count <= Limits.textBytesMax
            && !(utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0))
    }
}
