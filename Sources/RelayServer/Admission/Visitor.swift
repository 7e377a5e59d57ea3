import Crypto
import Synchronization
package import Wire

/// Who asks: the books, and what the token that was shown is known by.
package struct Visitor: Hashable, Sendable {
    /// The books.
    package let books: BooksID
    /// SHA-256 of the token: the relay keeps none.
    package let tokenHash: [UInt8]

    /// Someone who shows a token.
    package init(books: BooksID, token: [UInt8]) {
        self.books = books
        tokenHash = Array(SHA256.hash(data: token))
    }
}

/// Those whose token was good a moment ago: their requests are read without asking the database
/// first. It is asked before anything is kept of them or told to them, so a token that was ended
/// meanwhile opens nothing.
final class KnownVisitors: Sendable {
    /// So many are known; with one more all are forgotten, and cost a question each.
    private static let countMax = 16_384

    private let visitors = Mutex<Set<Visitor>>([])

    func knows(_ visitor: Visitor) -> Bool { visitors.withLock { $0.contains(visitor) } }

    func remember(_ visitor: Visitor) {
        visitors.withLock { visitors in
            if visitors.count >= Self.countMax { visitors = [] }
            visitors.insert(visitor)
        }
    }

    func forget(_ visitor: Visitor) { _ = visitors.withLock { $0.remove(visitor) } }
}
