import Foundation

/// Where one replica lives: the folder of its books, and the folder in which the machine remembers
/// its writer.
package struct Places: Hashable, Sendable {
    /// The folder that holds `books.sqlite` and the books' key.
    package let books: String
    /// The folder under which the machine keeps a record for each replica.
    package let state: String

    /// Names the two folders; neither has to exist.
    package init(books: String, state: String) {
        self.books = books
        self.state = state
    }

    var database: String { books + "/books.sqlite" }
    var key: String { books + "/key" }

    /// Whether nothing but the books lies in a folder: only then is it theirs to close to others. A
    /// folder that cannot be listed is not.
    package static func holdsBooksAlone(_ folder: String) -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return false
        }
        return names.allSatisfy { name in
            name.hasPrefix("books.sqlite") || name.hasPrefix("key")
                || WriteLock.fileNames.contains(name)
        }
    }
}
