/// What the process returns; never a count.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    /// A command that checks found something.
    case findings = 2
    case usage = 64
    /// Bad input, or data that cannot be right.
    case badInput = 65
    /// A relay or peer cannot be reached.
    case unreachable = 69
    case bug = 70
    case cannotWrite = 73
    case notAllowed = 77
}
