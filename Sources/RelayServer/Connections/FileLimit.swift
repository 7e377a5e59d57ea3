import Glibc

/// How many files and connections the system lets this process open.
enum FileLimit {
    /// Kept for the database, the log and what the system opens by itself.
    private static let reserve = 64

    /// Raises the limit to what is allowed and gives the connections that fit.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1_024 - reserve
        }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, 1 << 20)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit = raised
            }
        }
        return max(Int(clamping: limit.rlim_cur) - reserve, 16)
    }
}
