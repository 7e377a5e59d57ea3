import Billing
import Foundation
import Testing

@testable import jalon

struct `An answer in JSON` {
    private func document(_ value: JSON) -> String {
        String(decoding: value.document, as: UTF8.self)
    }

    @Test func `keys keep their order`() {
        let value: JSON = .members(["b": 1.json, "a": .text("x"), "c": .null, "d": .bool(true)])
        #expect(document(value) == #"{"b":1,"a":"x","c":null,"d":true}"# + "\n")
    }

    @Test func `a list has each value on a line of its own`() {
        #expect(document(.array([])) == "[]\n")
        #expect(document(.array([1.json, 2.json])) == "[\n1,\n2\n]\n")
    }

    @Test func `every character survives and none is dangerous to look at`() throws {
        var text = ""
        for value in UInt32(0)...0x10FFFF {
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        let bytes = JSON.array([.text(text)]).document
        let back = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String])
        #expect(back.first?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        let written = String(decoding: bytes, as: UTF8.self).unicodeScalars
        #expect(written.allSatisfy { $0 == "\n" || !SafeText.isUnsafe($0) })
    }
}

extension Int {
    fileprivate var json: JSON { .integer(self) }
}
