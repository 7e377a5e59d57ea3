import Convergence
import Crypto
package import Wire

/// Gives changes their ids: HMAC-SHA256(chain key, id of the writer's previous change ‖ the change's
/// exact bytes). An id stands for a change and all before it, and says nothing to who lacks the key.
package struct ChangeChain: Sendable {
    /// SHA-256 after the key's inner and outer block (RFC 2104, section 2): the same for every change.
    private let inner: SHA256
    private let outer: SHA256

    /// The chain of these books.
    package init(_ key: BooksKey) {
        var block = key.chainKey.withUnsafeBytes { Array($0) }
        block += repeatElement(0, count: SHA256.blockByteCount - block.count)
        var inner = SHA256()
        inner.update(data: block.map { $0 ^ 0x36 })
        self.inner = inner
        var outer = SHA256()
        outer.update(data: block.map { $0 ^ 0x5c })
        self.outer = outer
    }

    /// The id of the change with this line, after the change with id `previous`.
    package func id(of line: some Sequence<UInt8>, after previous: ChangeID) -> ChangeID {
        line.withContiguousStorageIfAvailable { id(UnsafeRawBufferPointer($0), previous) }
            ?? Array(line).withUnsafeBytes { id($0, previous) }
    }

    private func id(_ line: UnsafeRawBufferPointer, _ previous: ChangeID) -> ChangeID {
        var message = inner
        previous.withUnsafeBytes { message.update(bufferPointer: $0) }
        message.update(bufferPointer: line)
        var code = outer
        message.finalize().withUnsafeBytes { code.update(bufferPointer: $0) }
        return ChangeID(code.finalize())
    }
}
