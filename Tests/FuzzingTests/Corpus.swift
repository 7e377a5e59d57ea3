import Foundation
import TestSupport

/// The inputs that are kept for one target: what it has learnt, and what once was a fault.
struct Corpus {
    /// The inputs, the short ones first.
    let inputs: [[UInt8]]

    /// Reads `Corpora/TARGET.txt`: a line of hex for each input.
    init(_ target: String) throws {
        let text = try String(
            contentsOf: Self.folder.appending(path: target + ".txt"), encoding: .utf8)
        inputs = try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(Self.bytes)
    }

    /// The targets that a corpus is kept for.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpora")

    private struct NoHex: Error {
        let line: String
    }

    private static func bytes(_ line: Substring) throws -> [UInt8] {
        let digits = line.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == line.utf8.count, digits.count.isMultiple(of: 2) else {
            throw NoHex(line: String(line))
        }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}

extension SeededRandom {
    /// One of the inputs with one to four things done to it that break readers.
    mutating func mutant(of inputs: [[UInt8]]) -> [UInt8] {
        var bytes = inputs.isEmpty ? [] : pick(inputs)
        for _ in 0..<pick(1...4) {
            let place = pick(0...bytes.count)
            let end = min(bytes.count, place + pick(1...8))
            switch pick(0...7) {
            case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(pick(0...7))
            case 1 where place < bytes.count: bytes[place] = UInt8(pick(0...255))
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.insert(contentsOf: pick(Self.pieces), at: place)
            case 5: bytes.replaceSubrange(place..<end, with: pick(Self.pieces))
            case 6: bytes = Array(bytes[..<place]) + pick(inputs).suffix(pick(0...64))
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    /// What readers stumble over: bounds of integers, breaks of UTF-8, escapes, brackets.
    private static let pieces: [[UInt8]] =
        [
            "0", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "18446744073709551616", "9007199254740993", "1e400", "000", "null", "true", "[[[[",
            "]}",
            "{\"", "\",\"", "\\u0000", "\\ud800", "\\", "e\u{301}", "\u{202e}", "\u{feff}", "\r\n",
            ";",
            ",", " ", "\u{1f1eb}", "\u{661}",
        ].map { Array($0.utf8) }
        + [
            [0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80], [0xff, 0xff, 0xff, 0xff, 0x7f],
        ]
}
