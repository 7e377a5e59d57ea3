import Convergence
import TestSupport
import Testing

@Suite struct BaseTests {
    @Test(arguments: [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"),
        ("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi"),
    ])
    func `base32 is that of RFC 4648, lower case and without padding`(plain: String, text: String) {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(Base32.decode(text) == Array(plain.utf8))
        #expect(Base32.decode(text.uppercased()) == Array(plain.utf8))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func `base64url is that of RFC 4648 without padding`(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test func `both read what they wrote`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<500 {
            let bytes = random.bytes(random.pick(0...40))
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    /// Otherwise one value would have several texts, and signatures and hashes several forms.
    @Test func `every text that is read is the one that is written`() {
        var random = SeededRandom(seed: 2)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ")
        for _ in 0..<20_000 {
            let text = String((0..<random.pick(0...7)).map { _ in random.pick(alphabet) })
            if let bytes = Base64URL.decode(text) { #expect(Base64URL.encode(bytes) == text) }
            if let bytes = Base32.decode(text) {
                #expect(Base32.encode(bytes) == text.lowercased())
            }
        }
    }

    @Test func `values are equal when their bytes are`() {
        #expect(Value.text("é") != Value.text("e\u{301}"))
        #expect(Value.text("é").hashValue != Value.text("e\u{301}").hashValue)
        #expect(Value.text("1") != Value.integer(1))
        #expect(Value.null != Value.text(""))
        #expect(Set([Value.text("a"), "a", 1, .integer(1), nil]).count == 3)
    }
}
