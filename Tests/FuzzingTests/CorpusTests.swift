import TestSupport
import Testing

/// The fuzzers' targets without a fuzzer: what they learnt, and mutations of it. `tools/fuzz` goes on
/// from here with a sanitizer, for as long as it is told to.
@Suite struct CorpusTests {
    static let names = FuzzTarget.all.map(\.name)

    @Test func `every target has a corpus, and every corpus a target`() throws {
        #expect(try Corpus.names() == Self.names.sorted())
        #expect(Set(Self.names).count == Self.names.count)
    }

    @Test(arguments: names)
    func `what was learnt is taken or refused, and breaks no property`(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var isAcceptedOnce = false
        for input in try Corpus(name).inputs {
            do {
                if try target.accepts(input) { isAcceptedOnce = true }
            } catch {
                Issue.record("\(name): \(error): \(hex(input))")
            }
        }
        #expect(isAcceptedOnce, "a corpus that is all refused reaches little")
    }

    @Test(arguments: names)
    func `mutations of it break no property either`(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try Corpus(name).inputs
        var random = SeededRandom(seed: 4)
        // Sealing signs, which takes the most time of all.
        for _ in 0..<(name.hasPrefix("sealed") ? 100 : 2_000) {
            let input = random.mutant(of: inputs)
            do {
                _ = try target.accepts(input)
            } catch {
                Issue.record("\(name): \(error): \(hex(input))")
            }
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
