package import Convergence
package import Sealing
package import Wire

/// Reads the history that segments hold, and says it to the oracle: which changes there are, which
/// branches their writers have, and what each change had seen.
///
/// It goes by change ids alone and looks at everything at once, so it shares nothing with an engine
/// that learns of branches one by one.
package struct Lineage {
    private struct Node {
        let change: Change
        let key: WriterID
        let previous: ChangeID
        let id: ChangeID
    }

    private var nodes: [ChangeID: Node] = [:]
    private var children: [Origin: Set<ChangeID>] = [:]

    private struct Origin: Hashable {
        let key: WriterID
        let previous: ChangeID
    }

    /// The history of these segments; those that cannot be opened are left out.
    package init(_ segments: [Segment], _ seal: Seal) {
        for segment in segments {
            guard let opened = try? seal.open(segment) else { continue }
            var previous = segment.header.before
            for member in opened.members {
                let node = Node(
                    change: member.change, key: segment.header.writer, previous: previous,
                    id: member.id)
                nodes[member.id] = node
                children[Origin(key: node.key, previous: previous), default: []].insert(member.id)
                previous = member.id
            }
        }
    }

    /// How many changes there are.
    package var count: Int { nodes.count }

    /// Whether a writer has branches.
    package var isForked: Bool { children.values.contains { $0.count > 1 } }

    /// The changes as the oracle takes them.
    package var events: [Oracle.Event] {
        var cache: [ChangeID: [String: Int64]] = [:]
        return nodes.values.map { node in
            Oracle.Event(
                writer: name(of: node), number: node.change.number, stamp: node.change.stamp,
                seen: seen(by: node, &cache), operations: node.change.content.operations)
        }
    }

    /// The key, and the id of the first change of the branch if it stands on one: as text whose order
    /// is the order of the bytes.
    private func name(of node: Node) -> String {
        var node = node
        while true {
            let siblings = children[Origin(key: node.key, previous: node.previous)] ?? []
            if siblings.count > 1 { return Self.hex(node.key.bytes + node.id.bytes) }
            guard let before = nodes[node.previous] else { return Self.hex(node.key.bytes) }
            node = before
        }
    }

    private func seen(
        by node: Node, _ cache: inout [ChangeID: [String: Int64]]
    ) -> [String: Int64] {
        if let known = cache[node.id] { return known }
        var seen: [String: Int64] = [:]
        if let before = nodes[node.previous] { seen = self.seen(by: before, &cache) }
        cover(nodes[node.previous], &seen)
        for entry in node.change.context {
            cover(nodes[ChangeID(checked: entry.id)], &seen)
        }
        cache[node.id] = seen
        return seen
    }

    /// Everything of a chain up to a change is seen with it.
    private func cover(_ node: Node?, _ seen: inout [String: Int64]) {
        var node = node
        while let current = node {
            let name = name(of: current)
            if (seen[name] ?? 0) < current.change.number { seen[name] = current.change.number }
            node = nodes[current.previous]
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension Change.Content {
    /// The operations; none when it is not understood or not lawful.
    package var operations: [Operation] {
        guard case .operations(let operations) = self else { return [] }
        return operations
    }
}
