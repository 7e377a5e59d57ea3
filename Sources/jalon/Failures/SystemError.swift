import Glibc

/// The operating system's reasons in plain words.
enum SystemError {
    static func text(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "you have no permission there"
        case EBADF: "it is closed"
        case EDQUOT: "your share of the disk is used up"
        case EEXIST: "something of that name is there already"
        case EIO: "the disk reports an error"
        case EISDIR: "it is a folder"
        case ELOOP: "its links lead in a circle"
        case EMFILE, ENFILE: "too many files are open"
        case ENAMETOOLONG: "the name is too long"
        case ENOENT: "it does not exist"
        case ENOSPC: "no space is left on the disk"
        case ENOTDIR: "a part of the path is not a folder"
        case EPIPE: "the other end is closed"
        case EROFS: "the disk can only be read"
        default: "the system says “\(String(cString: strerror(code)))”"
        }
    }
}
