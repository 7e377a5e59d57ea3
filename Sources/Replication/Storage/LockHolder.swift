import Glibc

/// Who holds a lock, as the kernel lists it: nothing has to be written to find out.
enum LockHolder {
    /// Bytes that are read of the kernel's list; holders beyond them stay unnamed.
    private static let byteCountMax = 1 << 20

    /// The process that holds the `flock` of an open file; nil where the system does not say.
    static func process(of descriptor: Int32) -> Int32? {
        var info = stat()
        guard fstat(descriptor, &info) == 0,
            let bytes = try? FileBytes.read("/proc/locks", countMax: byteCountMax)
        else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.lazy.compactMap { process(in: $0, inode: info.st_ino) }.first
    }

    /// `12: FLOCK  ADVISORY  WRITE 345 fe:00:678 0 EOF`. One that waits has an arrow before its kind.
    private static func process(in line: Substring, inode: UInt) -> Int32? {
        let words = line.split(separator: " ")
        guard words.count > 5, words[1] == "FLOCK",
            words[5].split(separator: ":").last.flatMap({ UInt($0) }) == inode,
            let process = Int32(words[4]), process > 0
        else { return nil }
        return process
    }
}
