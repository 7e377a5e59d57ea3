import Convergence
import Wire

/// The file that says whose a folder is, and how it is laid out.
enum FolderMarker {
    /// Its name.
    static let name = "jalon.json"
    /// Bytes that are read of it.
    static let byteCountMax = 4_096

    /// What it holds.
    static func bytes(of books: BooksID) -> [UInt8] {
        Array("{\"jalon\":1,\"layout\":1,\"books\":\"\(books.text)\"}\n".utf8)
    }

    /// Throws unless the bytes are those of these books in this layout.
    static func check(_ bytes: [UInt8], _ books: BooksID, path: String) throws(FolderFailure) {
        let line = bytes.last == 0x0a ? Array(bytes.dropLast()) : bytes
        if line + [0x0a] == Self.bytes(of: books) { return }
        var scanner = Scanner(line)
        do {
            try scanner.expect(#"{"jalon":"#)
            let version = try scanner.integer()
            try scanner.expect(#","layout":"#)
            let layout = try scanner.integer()
            guard version == 1, layout == 1 else { throw FolderFailure.newer(path: path) }
            try scanner.expect(#","books":"#)
            _ = try scanner.base64(count: BooksID.byteCount)
            try scanner.expect("}")
            guard scanner.isAtEnd else { throw FolderFailure.unreadable(path: path) }
        } catch let failure as FolderFailure {
            throw failure
        } catch {
            throw FolderFailure.unreadable(path: path)
        }
        throw FolderFailure.otherBooks(path: path)
    }
}
