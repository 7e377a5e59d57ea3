/// One way to carry a conversation to a peer: HTTP, a program's input and output.
///
/// A transport moves lines and knows nothing of their meaning.
package protocol Transport {
    /// Sends one request, whole lines each with its end, and hands over the answer's bytes as they
    /// come, in parts of any size. Returns after the last part.
    ///
    /// Throws ``SyncFailure``, or what `receive` throws. Cancelling the task ends it at once.
    func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws
}
