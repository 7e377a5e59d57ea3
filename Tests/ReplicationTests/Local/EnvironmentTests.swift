import Replication
import Testing

struct EnvironmentTests {
    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 32, 33, 200])
    func `the system gives as many random bytes as are asked for`(count: Int) {
        #expect(Environment.system.random(count).count == count)
    }

    @Test func `no two draws of the system are alike, in no part`() {
        let draws = (0..<64).map { _ in Environment.system.random(20) }
        // The last part is of a word that is not used up.
        for part in [0..<8, 8..<16, 16..<20] {
            #expect(Set(draws.map { Array($0[part]) }).count == draws.count)
        }
    }
}
