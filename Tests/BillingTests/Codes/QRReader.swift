import Testing

@testable import Billing

/// Reads a QR code back, from the standard and not from the encoder: its tables are those that the
/// standard prints, and error correction is checked by syndromes over tables of powers.
struct QRReader {
    struct Unreadable: Error { let why: String }

    private let code: QRCode
    private let version: Int
    private var size: Int { code.size }

    /// ISO/IEC 18004, annex C: the formats of level M by their masks.
    private static let formats = [
        "101010000010010", "101000100100101", "101111001111100", "101101101001011",
        "100010111111001", "100000011001110", "100111110010111", "100101010100000",
    ]
    /// Annex D: versions 7 to 13.
    private static let versions = [0x07C94, 0x085BC, 0x09A99, 0x0A4D3, 0x0BBF6, 0x0C762, 0x0D847]
    /// Words in all, blocks, and words of correction in each of them.
    private static let capacity = [
        (26, 1, 10), (44, 1, 16), (70, 1, 26), (100, 2, 18), (134, 2, 24), (172, 4, 16),
        (196, 4, 18), (242, 4, 22), (292, 5, 22), (346, 5, 26), (404, 5, 30), (466, 8, 22),
        (532, 9, 22),
    ]

    init(_ code: QRCode) throws {
        self.code = code
        guard (code.size - 17).isMultiple(of: 4), (1...13).contains((code.size - 17) / 4) else {
            throw Unreadable(why: "no size of a code: \(code.size)")
        }
        version = (code.size - 17) / 4
    }

    func bytes() throws -> [UInt8] {
        try checkPatterns()
        let mask = try mask()
        let words = self.words(mask)
        let data = try blocks(words).flatMap(\.self)
        var bits = data.flatMap { byte in (0..<8).map { Int(byte) >> (7 - $0) & 1 } }[...]
        func take(_ count: Int) -> Int {
            let value = bits.prefix(count).reduce(0) { $0 * 2 + $1 }
            bits = bits.dropFirst(count)
            return value
        }
        guard take(4) == 4 else { throw Unreadable(why: "not bytes") }
        let count = take(version < 10 ? 8 : 16)
        return (0..<count).map { _ in UInt8(take(8)) }
    }

    private func dark(_ x: Int, _ y: Int) -> Bool { code.isDark(x, y) }

    private func checkPatterns() throws {
        let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
        for (left, top) in [(0, 0), (size - 7, 0), (0, size - 7)] {
            for (y, row) in finder.enumerated() {
                for (x, module) in row.enumerated() where dark(left + x, top + y) != (module == "#")
                {
                    throw Unreadable(why: "a finder is broken")
                }
            }
        }
        for place in 8..<size - 8
        where dark(place, 6) != place.isMultiple(of: 2) || dark(6, place) != place.isMultiple(of: 2)
        {
            throw Unreadable(why: "the timing is broken")
        }
        guard dark(8, size - 8) else { throw Unreadable(why: "the dark module is light") }
        guard version >= 7 else { return }
        for bit in 0..<18 {
            let expected = Self.versions[version - 7] >> bit & 1 == 1
            let (near, far) = (bit / 3, size - 11 + bit % 3)
            guard dark(near, far) == expected, dark(far, near) == expected else {
                throw Unreadable(why: "the version is wrong")
            }
        }
    }

    private func mask() throws -> Int {
        // Both copies, the most significant bit first.
        let first =
            (0...5).map { dark($0, 8) } + [dark(7, 8), dark(8, 8), dark(8, 7)]
            + (0...5).reversed().map { dark(8, $0) }
        let second =
            (1...7).map { dark(8, size - $0) } + (1...8).reversed().map { dark(size - $0, 8) }
        guard first == second else { throw Unreadable(why: "two formats") }
        let text = first.map { $0 ? "1" : "0" }.joined()
        guard let mask = Self.formats.firstIndex(of: text) else {
            throw Unreadable(why: "no format of level M: \(text)")
        }
        return mask
    }

    private func isData(_ x: Int, _ y: Int) -> Bool {
        if x == 6 || y == 6 { return false }
        if x < 9 && (y < 9 || y >= size - 8) || x >= size - 8 && y < 9 { return false }
        if version >= 7, x < 6 && y >= size - 11 || y < 6 && x >= size - 11 { return false }
        // Alignment patterns stand on a grid whose last line is seven modules from the edge.
        let last = size - 7
        var grid = [6, last]
        if version == 1 { grid = [] }
        if version >= 7 { grid = [6, (6 + last) / 2, last] }
        for (column, row) in grid.flatMap({ column in grid.map { (column, $0) } }) {
            let corners = [(6, 6), (6, last), (last, 6)]
            if corners.contains(where: { $0 == (column, row) }) { continue }
            if abs(x - column) <= 2, abs(y - row) <= 2 { return false }
        }
        return true
    }

    private func words(_ mask: Int) -> [UInt8] {
        var bits: [Int] = []
        var columns = Array((0..<size).filter { $0 != 6 }.reversed())[...]
        var goesUp = true
        while columns.count >= 2 {
            let pair = Array(columns.prefix(2))
            columns = columns.dropFirst(2)
            for y in goesUp ? Array((0..<size).reversed()) : Array(0..<size) {
                for x in pair where isData(x, y) {
                    let isTurned =
                        switch mask {
                        case 0: (y + x) % 2 == 0
                        case 1: y % 2 == 0
                        case 2: x % 3 == 0
                        case 3: (y + x) % 3 == 0
                        case 4: (y / 2 + x / 3) % 2 == 0
                        case 5: (y * x) % 2 + (y * x) % 3 == 0
                        case 6: ((y * x) % 2 + (y * x) % 3) % 2 == 0
                        default: ((y + x) % 2 + (y * x) % 3) % 2 == 0
                        }
                    bits.append(dark(x, y) != isTurned ? 1 : 0)
                }
            }
            goesUp.toggle()
        }
        return stride(from: 0, to: bits.count - 7, by: 8).map { start in
            UInt8(bits[start..<start + 8].reduce(0) { $0 * 2 + $1 })
        }
    }

    /// The data of each block, checked.
    private func blocks(_ words: [UInt8]) throws -> [[UInt8]] {
        let (total, count, correction) = Self.capacity[version - 1]
        guard words.count == total else { throw Unreadable(why: "\(words.count) words") }
        let data = total - count * correction
        let lengths = (0..<count).map { data / count + ($0 >= count - data % count ? 1 : 0) }
        var blocks = [[UInt8]](repeating: [], count: count)
        var rest = words[...]
        for place in 0..<(lengths.max() ?? 0) {
            for block in 0..<count where place < lengths[block] {
                blocks[block].append(rest.removeFirst())
            }
        }
        let plain = blocks
        for _ in 0..<correction {
            for block in 0..<count { blocks[block].append(rest.removeFirst()) }
        }
        for block in blocks { try checkSyndromes(block, correction) }
        return plain
    }

    private func checkSyndromes(_ block: [UInt8], _ correction: Int) throws {
        var powers = [Int](repeating: 1, count: 256)
        for index in 1..<256 {
            let doubled = powers[index - 1] * 2
            powers[index] = doubled > 255 ? doubled ^ 285 : doubled
        }
        var logs = [Int](repeating: 0, count: 256)
        for index in 0..<255 { logs[powers[index]] = index }
        for root in 0..<correction {
            var sum = 0
            for (index, byte) in block.reversed().enumerated() where byte != 0 {
                sum ^= powers[(logs[Int(byte)] + root * index) % 255]
            }
            guard sum == 0 else { throw Unreadable(why: "a block does not add up") }
        }
    }
}
