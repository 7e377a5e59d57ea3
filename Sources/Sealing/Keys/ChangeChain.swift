import Convergence
import Crypto
package import Wire

/// Gives changes their ids: HMAC-SHA256(chain key, id of the writer's previous change ‖ the change's
/// exact bytes). An id stands for a change and all before it, and says nothing to who lacks the key.
package struct ChangeChain: Sendable {
    private let start: HMAC<SHA256>

    /// The chain of these books.
    package init(_ key: BooksKey) { start = HMAC(key: key.chainKey) }

    /// The id of the change with this line, after the change with id `previous`.
    package func id(of line: some Sequence<UInt8>, after previous: ChangeID) -> ChangeID {
        var hmac = start
        previous.bytes.withUnsafeBytes { hmac.update(data: $0) }
        let hashed: Void? = line.withContiguousStorageIfAvailable { buffer in
            hmac.update(data: UnsafeRawBufferPointer(buffer))
        }
        if hashed == nil { hmac.update(data: Array(line)) }
        return ChangeID(checked: Array(hmac.finalize()))
    }
}
