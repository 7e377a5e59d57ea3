import Foundation

/// What some work took of the clock and of the processors.
struct Measured {
    let seconds: Double
    let userSeconds: Double
    let systemSeconds: Double

    init(_ body: () throws -> Void) rethrows {
        let before = Self.usage()
        seconds = try ContinuousClock().measure(body) / .seconds(1)
        let after = Self.usage()
        userSeconds = Self.seconds(after.ru_utime) - Self.seconds(before.ru_utime)
        systemSeconds = Self.seconds(after.ru_stime) - Self.seconds(before.ru_stime)
    }

    /// The members that every figure has, without braces. The memory is the most that the program
    /// ever had.
    var members: String {
        #""seconds":\#(seconds),"userSeconds":\#(userSeconds),"systemSeconds":\#(systemSeconds),"#
            + #""peakBytes":\#(Self.peakBytes)"#
    }

    /// What the system says of a process's memory counts the program that started it, too; this is
    /// the present program's alone.
    private static var peakBytes: Int {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return (number.flatMap { Int($0) } ?? 0) * 1024
    }

    private static func usage() -> rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
