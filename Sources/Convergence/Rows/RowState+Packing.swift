extension RowState {
    /// The state in few bytes, without the values that the row's columns show.
    ///
    /// Entries of one put stand together under one dot and stamp: that of the creating put covers
    /// most fields of most rows. `isShown` says whether an entry's value stands in a column. This is
    /// storage of one replica, never on the wire. `head` comes first as it is.
    package func packed(
        behind head: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        isShown: (Entry) -> Bool
    ) -> [UInt8] {
        var packer = Packer(capacity: head.count + entries.count * 12 + 16)
        packer.bytes.append(contentsOf: head)
        // The first entry of each dot heads its group.
        var heads: [Int] = []
        heads.reserveCapacity(entries.count)
        for position in entries.indices
        where !heads.contains(where: { entries[$0].dot == entries[position].dot }) {
            heads.append(position)
        }
        packer.number(heads.count)
        var stamp: Int64 = 0
        for head in heads {
            let dot = entries[head].dot
            packer.dot(dot)
            packer.signed(entries[head].stamp &- stamp)
            stamp = entries[head].stamp
            packer.number(entries[head...].reduce(0) { $1.dot == dot ? $0 + 1 : $0 })
            for entry in entries[head...] where entry.dot == dot {
                let shown = isShown(entry)
                packer.number(entry.field << 2 | (entry.isOriginal ? 2 : 0) | (shown ? 1 : 0))
                if !shown { packer.value(entry.value) }
            }
        }
        guard !tallies.isEmpty || !removals.isEmpty else { return packer.bytes }
        packer.number(tallies.count)
        for tally in tallies {
            packer.number(tally.field)
            packer.dot(tally.dot)
            packer.signed(tally.sum)
        }
        packer.number(removals.count)
        for removal in removals {
            packer.dot(removal.dot)
            packer.signed(removal.stamp)
            packer.number(removal.hides ? 1 : 0)
        }
        return packer.bytes
    }

    /// Reads what ``packed(isShown:)`` wrote; `shown` gives the value of a field's column.
    ///
    /// Nil when the bytes are damaged: the tables have to be rebuilt.
    package init?(packed bytes: [UInt8], shown: (Int) -> Value) {
        var unpacker = Unpacker(bytes)
        var stamp: Int64 = 0
        guard let groups = unpacker.count() else { return nil }
        for _ in 0..<groups {
            guard let dot = unpacker.dot(), let step = unpacker.signed(),
                let members = unpacker.count()
            else { return nil }
            stamp = stamp &+ step
            for _ in 0..<members {
                guard let head = unpacker.number() else { return nil }
                var value = Value.null
                if head & 1 == 1 {
                    value = shown(head >> 2)
                } else {
                    guard let own = unpacker.value() else { return nil }
                    value = own
                }
                entries.append(
                    Entry(
                        field: head >> 2, dot: dot, stamp: stamp, value: value,
                        isOriginal: head & 2 == 2))
            }
        }
        if unpacker.isAtEnd { return }
        guard let tallyCount = unpacker.count() else { return nil }
        for _ in 0..<tallyCount {
            guard let field = unpacker.number(), let dot = unpacker.dot(),
                let sum = unpacker.signed()
            else { return nil }
            tallies.append(Tally(field: field, dot: dot, sum: sum))
        }
        guard let removalCount = unpacker.count() else { return nil }
        for _ in 0..<removalCount {
            guard let dot = unpacker.dot(), let stamp = unpacker.signed(),
                let hides = unpacker.number()
            else { return nil }
            removals.append(Removal(dot: dot, stamp: stamp, hides: hides == 1))
        }
        guard unpacker.isAtEnd else { return nil }
    }
}

/// Writes integers in groups of seven bits, the low ones first.
private struct Packer {
    var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func unsigned(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    mutating func number(_ value: Int) { unsigned(UInt64(bitPattern: Int64(value))) }

    /// Small negative numbers stay short: the sign goes last.
    mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    mutating func dot(_ dot: Dot) {
        number(dot.writer)
        unsigned(UInt64(bitPattern: dot.number))
    }

    mutating func value(_ value: Value) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let integer):
            bytes.append(1)
            signed(integer)
        case .text(let text):
            bytes.append(2)
            number(text.utf8.count)
            bytes.append(contentsOf: text.utf8)
        }
    }
}

/// Reads what `Packer` wrote, without trust: a database can be damaged.
private struct Unpacker {
    let bytes: [UInt8]
    var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func number() -> Int? {
        guard let value = unsigned(), value <= UInt64(Int64.max) else { return nil }
        return Int(value)
    }

    /// A count of things of at least one byte each: never more than there are bytes left.
    mutating func count() -> Int? {
        guard let count = number(), count <= bytes.count - offset else { return nil }
        return count
    }

    mutating func signed() -> Int64? {
        guard let value = unsigned() else { return nil }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func dot() -> Dot? {
        guard let writer = number(), writer < 1 << 31, let number = number() else { return nil }
        return Dot(writer, Int64(number))
    }

    mutating func value() -> Value? {
        guard offset < bytes.count else { return nil }
        let kind = bytes[offset]
        offset += 1
        switch kind {
        case 0: return .null
        case 1: return signed().map(Value.integer)
        case 2:
            guard let count = count(),
                let text = String(validating: bytes[offset..<offset + count], as: UTF8.self)
            else { return nil }
            offset += count
            return .text(text)
        default: return nil
        }
    }
}
