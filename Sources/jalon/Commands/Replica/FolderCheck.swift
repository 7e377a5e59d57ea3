import Foundation
import Glibc
import Replication

/// What can be wrong with the folder in which the books lie.
struct FolderCheck {
    let folder: String
    /// Whether modes that are too open are put right.
    let isMending: Bool

    private static let spaceAtLeast: UInt64 = 64 << 20

    func diagnoses() throws -> [Diagnosis] {
        try modes() + space() + place() + copies()
    }

    /// Nobody but the owner may read the books or their key.
    private func modes() -> [Diagnosis] {
        var result: [Diagnosis] = []
        for (path, mode) in [
            (folder, 0o700 as mode_t), (folder + "/books.sqlite", 0o600), (folder + "/key", 0o600),
        ] {
            var info = stat()
            guard stat(path, &info) == 0, info.st_mode & 0o077 != 0 else { continue }
            if path == folder, !Places.holdsBooksAlone(folder) { continue }
            if isMending, chmod(path, mode) == 0 { continue }
            result.append(
                Diagnosis(
                    code: "permissions", what: "Others on this machine may read \(path).",
                    command: "jalon doctor --fix"))
        }
        return result
    }

    private func space() -> [Diagnosis] {
        var info = statvfs()
        guard statvfs(folder, &info) == 0 else { return [] }
        let free = UInt64(info.f_bavail) * UInt64(info.f_frsize)
        guard free < Self.spaceAtLeast else { return [] }
        return [
            Diagnosis(
                code: "space", what: "Only \(free >> 20) MiB are free under \(folder).",
                command: "df -h \(folder)")
        ]
    }

    /// SQLite's locks do not hold on network disks, and programs that synchronise files copy a
    /// database while it is being written.
    private func place() -> [Diagnosis] {
        if let kind = kindOfDisk(), Self.networkKinds.contains(kind) {
            return [placed("a network disk (\(kind))")]
        }
        var parent = folder
        while !parent.isEmpty {
            for sign in Self.syncedSigns where access(parent + "/" + sign, F_OK) == 0 {
                return [placed("a folder that another program synchronises (\(parent))")]
            }
            parent = String(parent.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 })
        }
        return []
    }

    /// What a program that synchronises files could not merge it leaves beside them: there may be
    /// changes in it that are nowhere else.
    private func copies() throws -> [Diagnosis] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in
            guard name.hasPrefix("books"), name != "books.sqlite" else { return false }
            return name.hasSuffix(".sqlite") || name.lowercased().contains("conflict")
        }.map { name in
            Diagnosis(
                code: "copies",
                what:
                    "Another program left a copy beside the books: \(folder)/\(name). What was typed"
                    + " there may not be here.",
                command: "move it to a folder of its own, as books.sqlite, with a copy of"
                    + " \(folder)/key; then jalon sync --books THAT-FOLDER with a peer of both")
        }
    }

    private func placed(_ where: String) -> Diagnosis {
        Diagnosis(
            code: "place", what: "The books lie on \(`where`): they may be damaged there.",
            command: "move \(folder) to a local disk; jalon sync brings devices together")
    }

    /// The kind of the file system that holds the folder, as the kernel names it.
    private func kindOfDisk() -> String? {
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        let path = String(cString: resolved)
        let mounts = try? InputFile.bytes("/proc/self/mounts", limit: 1 << 20, what: "mounts")
        var best: (point: String, kind: String)?
        for line in String(decoding: mounts ?? [], as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 2 else { continue }
            let isAbove = words[1] == "/" || path == words[1] || path.hasPrefix(words[1] + "/")
            guard isAbove, words[1].utf8.count >= best?.point.utf8.count ?? 0 else { continue }
            best = (words[1], words[2])
        }
        return best?.kind
    }

    private static let networkKinds: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "fuse.sshfs", "fuse.rclone", "davfs",
    ]
    private static let syncedSigns = [
        ".stfolder", ".dropbox", ".dropbox.cache", ".owncloudsync.log",
    ]
}
