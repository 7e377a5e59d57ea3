/// One local transaction: atomic, numbered 1, 2, 3 … without gaps by its writer.
package struct Change: Hashable, Sendable {
    /// What one writer's context gained since its previous change: how many changes of another
    /// writer it had applied, and the id of the last of them.
    package struct ContextEntry: Hashable, Sendable {
        /// The other writer's public key: 32 bytes.
        package let writer: [UInt8]
        /// How many of its changes were applied.
        package let number: Int64
        /// The id of the last of these: 32 bytes. It tells branches of one writer apart.
        package let id: [UInt8]

        /// Makes an entry.
        package init(writer: [UInt8], number: Int64, id: [UInt8]) {
            self.writer = writer
            self.number = number
            self.id = id
        }
    }

    /// What a change does.
    package enum Content: Hashable, Sendable {
        /// Operations that every rule allows.
        case operations([Operation])
        /// A kind of operation, value or key that this version does not know: kept, counted as
        /// applied, and read again after an upgrade.
        case unknown
        /// Operations that break a rule of every version: counted as applied, without effect.
        case unlawful(Fault)
    }

    /// Why a change that can be read has no effect.
    package enum Fault: String, Hashable, Sendable {
        /// A table's or field's name is not lawful.
        case name
        /// A row id is not of the written form.
        case row
        /// A put or an add without fields, or with too many, or with one of them twice.
        case fields
        /// A row has a remove and something else, or two removes.
        case mixed
        /// More operations than allowed, or none.
        case count
        /// A text holds NUL or is too long.
        case text
    }

    /// The number in its writer's sequence, from 1.
    package let number: Int64
    /// Milliseconds since 1970: the greater of the wall clock and the writer's last stamp + 1.
    package let stamp: Int64
    /// The difference of this change's context from the context of the writer's previous change.
    package let context: [ContextEntry]
    /// What it does.
    package let content: Content

    /// Makes a change.
    package init(number: Int64, stamp: Int64, context: [ContextEntry], content: Content) {
        self.number = number
        self.stamp = stamp
        self.context = context
        self.content = content
    }
}
