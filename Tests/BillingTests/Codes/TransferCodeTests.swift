import Testing

@testable import Billing

struct TransferCodeTests {
    @Test func `bytes of every length are read back by a reader that shares no code`() throws {
        var generator = SeededGenerator(seed: 7)
        for count in Array(0...QRCode.bytesMax) {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let code = try #require(QRCode(bytes), "\(count)")
            #expect(try QRReader(code).bytes() == bytes, "\(count)")
        }
        #expect(QRCode([UInt8](repeating: 65, count: QRCode.bytesMax + 1)) == nil)
        // The smallest that holds them: 14 bytes in version 1, 15 in version 2.
        #expect(QRCode([UInt8](repeating: 65, count: 14))?.size == 21)
        #expect(QRCode([UInt8](repeating: 65, count: 15))?.size == 25)
        #expect(QRCode([UInt8](repeating: 65, count: QRCode.bytesMax))?.size == 69)
    }

    @Test func `all bytes alike and all zero are read back`() throws {
        for byte in [0x00, 0xFF, 0xAA] as [UInt8] {
            for count in [1, 60, 180, 331] {
                let bytes = [UInt8](repeating: byte, count: count)
                #expect(try QRReader(#require(QRCode(bytes))).bytes() == bytes)
            }
        }
    }

    @Test func `the drawing in half blocks is the code`() throws {
        let code = try #require(QRCode(Array("jalon".utf8)))
        for (line, text) in code.framedLines.enumerated() {
            #expect(text.count == code.size + 8)
            for (column, character) in text.enumerated() {
                let (top, bottom) = (2 * line - 4, 2 * line - 3)
                #expect(code.isDark(column - 4, top) == "█▀".contains(character))
                #expect(code.isDark(column - 4, bottom) == "█▄".contains(character))
            }
        }
        #expect(code.framedLines.count == (code.size + 1) / 2 + 4)
        var dark = 0
        for row in 0..<code.size {
            for column in 0..<code.size { dark += code.isDark(column, row) ? 1 : 0 }
        }
        #expect(code.svg.split(separator: "h1v1h-1z").count - 1 == dark)
    }

    private func transfer(
        holder: String = "Atelier Nord", minor: Int64 = 123_456, currency: Currency = .eur,
        bic: String? = "BNPAFRPP", reference: String = "F-0001"
    ) -> TransferCode? {
        TransferCode(
            iban: "FR1420041010050500013M02606", bic: bic, holder: holder, minor: minor,
            currency: currency, reference: reference)
    }

    @Test func `a transfer has the lines that the guidelines say`() throws {
        let text = try #require(transfer()).text
        // EPC069-12, version 002: service tag, version, character set, identification, BIC, name,
        // IBAN, amount, purpose, structured and unstructured remittance.
        #expect(
            text == "BCD\n002\n1\nSCT\nBNPAFRPP\nAtelier Nord\nFR1420041010050500013M02606\n"
                + "EUR1234.56\n\n\nF-0001")
        let code = try #require(transfer()).code
        #expect(try QRReader(code).bytes() == Array(text.utf8))
        let accents = try #require(transfer(holder: "Société Générale de Çà", bic: nil))
        let read = try QRReader(accents.code).bytes()
        let lines = String(decoding: read, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 11)
        #expect(lines[4] == "")
        #expect(lines[5] == "Société Générale de Çà")
    }

    @Test func `no field runs into the next one, and none is too long`() throws {
        let long = String(repeating: "é", count: 100) + "\nEUR9999.00"
        let code = try #require(transfer(holder: "A\nB\r\nC\u{85}D", reference: long))
        let lines = code.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 11)
        #expect(lines[7] == "EUR1234.56")
        #expect(
            code.text.unicodeScalars.filter { $0.properties.generalCategory == .control }.count
                == 10)
        #expect(
            try #require(transfer(holder: String(repeating: "x", count: 80))).text.contains(
                "\n" + String(repeating: "x", count: 70) + "\n"))
        // 140 characters of four bytes are more than a code holds.
        #expect(transfer(reference: String(repeating: "😀", count: 140)) == nil)
    }

    @Test func `what no transfer can be has no code`() throws {
        #expect(transfer(minor: 0) == nil)
        #expect(transfer(minor: -1) == nil)
        #expect(transfer(minor: 99_999_999_999) != nil)
        #expect(transfer(minor: 100_000_000_000) == nil)
        #expect(transfer(currency: try Currency("CHF")) == nil)
        #expect(transfer(holder: " ") == nil)
    }
}
