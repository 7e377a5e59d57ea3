import Glibc

/// Where things are kept, by the XDG Base Directory Specification 0.8.
enum Folders {
    /// The folder of the books: the option, else `JALON_BOOKS`, else `jalon` among the user's data.
    static func books(_ option: String?) throws(Failure) -> String {
        if let option {
            guard !option.isEmpty else {
                throw Failure(
                    "the folder given to --books is empty.", why: "a variable in it may be unset",
                    status: .usage)
            }
            return absolute(option)
        }
        if let variable = Variable.text("JALON_BOOKS") { return absolute(variable) }
        return try user("XDG_DATA_HOME", ".local/share")
    }

    /// What the user set up: templates.
    static func configuration() throws(Failure) -> String {
        try user("XDG_CONFIG_HOME", ".config")
    }

    /// What replicas remember outside their books.
    static func state() throws(Failure) -> String { try user("XDG_STATE_HOME", ".local/state") }

    /// A path from the root on, so that messages name the folder that was meant.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        let folder = String(cString: buffer)
        return folder == "/" ? "/" + path : folder + "/" + path
    }

    private static func user(_ variable: String, _ fallback: String) throws(Failure) -> String {
        // The specification says that a relative path is to be ignored.
        if let path = Variable.text(variable), path.hasPrefix("/") { return path + "/jalon" }
        guard let home else {
            throw Failure(
                "it is not known where your files belong.",
                why: "HOME is not set, and the system knows no home of yours",
                tries: ["add --books FOLDER", "set HOME, \(variable) or JALON_BOOKS"],
                status: .cannotWrite)
        }
        return "\(home)/\(fallback)/jalon"
    }

    private static var home: String? {
        if let home = Variable.text("HOME"), home.hasPrefix("/") { return home }
        guard let entry = getpwuid(getuid()), let path = entry.pointee.pw_dir else { return nil }
        let home = String(cString: path)
        return home.hasPrefix("/") ? home : nil
    }
}
