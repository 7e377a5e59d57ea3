import Foundation
import Glibc

/// Where a command's words go: answers to standard output, everything else to standard error.
enum Output {
    /// Writes a line of the answer at once, so that who waits for it at a pipe sees it.
    static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Writes to standard error.
    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Ends the program.
    static func exit(_ code: Int32) -> Never { Glibc.exit(code) }
}
