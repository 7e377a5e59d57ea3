import Glibc

extension Environment {
    /// The machine's clock and random source.
    package static var system: Environment {
        Environment(
            now: {
                var time = timespec()
                clock_gettime(CLOCK_REALTIME, &time)
                return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
            },
            random: { count in
                // Word by word: each call goes to the kernel.
                var generator = SystemRandomNumberGenerator()
                var bytes: [UInt8] = []
                while bytes.count < count {
                    withUnsafeBytes(of: generator.next()) { word in
                        bytes.append(contentsOf: word.prefix(count - bytes.count))
                    }
                }
                return bytes
            })
    }
}
