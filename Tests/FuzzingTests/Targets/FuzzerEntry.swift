#if FUZZER
    import Glibc

    /// What libFuzzer calls with every input; `tools/fuzz` builds it.
    @_cdecl("LLVMFuzzerTestOneInput")
    func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        do {
            _ = try FuzzerEntry.target.accepts(bytes)
            return 0
        } catch {
            fatalError("broken: \(error)")
        }
    }

    private enum FuzzerEntry {
        static let target: FuzzTarget = {
            let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
            guard let target = FuzzTarget.named(name) else {
                fatalError("no target is named \(name)")
            }
            return target
        }()
    }
#endif
