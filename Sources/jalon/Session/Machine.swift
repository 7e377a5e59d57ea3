import Billing
import Glibc

/// What this machine says about itself.
enum Machine {
    /// Milliseconds since 1970.
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The day in the machine's time zone.
    static var today: CivilDate { day(at: milliseconds) }

    /// The day of an instant in the machine's time zone.
    static func day(at milliseconds: Int64) -> CivilDate {
        let local = local(milliseconds)
        return CivilDate(
            year: Int(local.tm_year) + 1900, month: Int(local.tm_mon) + 1, day: Int(local.tm_mday))
            ?? .first
    }

    /// Day and minute of an instant in the machine's time zone.
    static func minute(at milliseconds: Int64) -> String {
        let local = local(milliseconds)
        func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + String(value) }
        return "\(day(at: milliseconds).iso) \(two(local.tm_hour)):\(two(local.tm_min))"
    }

    /// An instant as ISO 8601 in UTC, to the millisecond.
    static func iso(_ milliseconds: Int64) -> String {
        var seconds = time_t(floorDivide(milliseconds, 1000))
        let rest = Int(milliseconds - Int64(seconds) * 1000)
        var utc = tm()
        gmtime_r(&seconds, &utc)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let date = [Int(utc.tm_year) + 1900, Int(utc.tm_mon) + 1, Int(utc.tm_mday)]
        let time = [Int(utc.tm_hour), Int(utc.tm_min), Int(utc.tm_sec)]
        return padded(date[0], 4) + "-" + date[1...].map { padded($0, 2) }.joined(separator: "-")
            + "T" + time.map { padded($0, 2) }.joined(separator: ":") + "." + padded(rest, 3) + "Z"
    }

    /// The machine's name up to its first point.
    static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "this device" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self).prefix { $0 != "." }
        return name.isEmpty ? "this device" : String(name)
    }

    private static func local(_ milliseconds: Int64) -> tm {
        var seconds = time_t(floorDivide(milliseconds, 1000))
        var result = tm()
        localtime_r(&seconds, &result)
        return result
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : -((-value + by - 1) / by)
    }
}
