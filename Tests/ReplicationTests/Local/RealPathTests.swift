import Foundation
import Glibc
import TestSupport
import Testing

@testable import Replication

/// The one name of a folder, by which the machine keeps what it knows of the books in it.
@Suite struct RealPathTests {
    @Test func `a link has the name of what it leads to, and what is not there its own`() throws {
        let folder = try BooksFolder()
        let (link, other) = (folder.path + "/link", folder.path + "/other")
        try FileManager.default.createDirectory(
            atPath: other, withIntermediateDirectories: false)
        #expect(symlink("other", link) == 0)
        #expect(try FileBytes.realPath(link) == FileBytes.realPath(other))
        #expect(try FileBytes.realPath(folder.path + "/none") == folder.path + "/none")
    }

    @Test func `a path that the system fails to follow is not taken for another folder`() throws {
        let folder = try BooksFolder()
        let link = folder.path + "/round"
        #expect(symlink("round", link) == 0)
        #expect(throws: ReplicationFailure.file(path: link, errno: ELOOP)) {
            try FileBytes.realPath(link)
        }
    }
}
