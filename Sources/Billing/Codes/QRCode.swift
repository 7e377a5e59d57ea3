/// A QR code of bytes (ISO/IEC 18004), with error correction level M and at most version 13: what the
/// European Payments Council allows for credit transfers.
package struct QRCode: Equatable, Sendable {
    /// Modules on each side, without the quiet zone.
    package let size: Int
    private var dark: [Bool]

    /// Light modules on each side that readers need.
    package static let quietZone = 4
    /// The most bytes that fit.
    package static let bytesMax = 331

    /// Whether a module is dark; what lies outside is light.
    package func isDark(_ column: Int, _ row: Int) -> Bool {
        (0..<size).contains(column) && (0..<size).contains(row) && dark[row * size + column]
    }

    /// Encodes bytes in the smallest version; nil where they do not fit.
    package init?(_ bytes: [UInt8]) {
        guard let version = QRVersion.fitting(bytes.count) else { return nil }
        var best: (penalty: Int, modules: QRModules)?
        let words = version.interleaved(version.data(bytes))
        for mask in 0..<8 {
            var modules = QRModules(version)
            modules.place(words)
            modules.apply(mask: mask)
            modules.drawFormat(mask: mask)
            let penalty = modules.penalty
            if penalty < best?.penalty ?? .max { best = (penalty, modules) }
        }
        guard let modules = best?.modules else { return nil }
        size = version.size
        dark = modules.dark
    }
}

extension QRCode {
    /// The code in half blocks, two rows of modules in a line: dark is drawn, as ink is on paper. The
    /// quiet zone stands on the left; on the other sides nothing but blank must follow.
    package var lines: [String] {
        stride(from: 0, to: size, by: 2).map { row in
            let blocks = (0..<size).map { column -> Character in
                switch (isDark(column, row), isDark(column, row + 1)) {
                case (true, true): "█"
                case (true, false): "▀"
                case (false, true): "▄"
                case (false, false): " "
                }
            }
            let last = blocks.lastIndex { $0 != " " } ?? -1
            return String(repeating: " ", count: Self.quietZone) + String(blocks[...last])
        }
    }

    /// The same with the whole quiet zone, every line as long as the others: for dark on light colours.
    package var framedLines: [String] {
        let width = size + 2 * Self.quietZone
        let blank = String(repeating: " ", count: width)
        let inner = lines.map { $0 + String(repeating: " ", count: width - $0.count) }
        return [blank, blank] + inner + [blank, blank]
    }

    /// The code as a picture, black on white, with its quiet zone.
    package var svg: String {
        let side = size + 2 * Self.quietZone
        var path = ""
        for row in 0..<size {
            for column in 0..<size where isDark(column, row) {
                path += "M\(column + Self.quietZone),\(row + Self.quietZone)h1v1h-1z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" \
            width="\(side * 4)" height="\(side * 4)" shape-rendering="crispEdges">
            <path fill="#fff" d="M0,0h\(side)v\(side)h-\(side)z"/>
            <path d="\(path)"/>
            </svg>

            """
    }
}

/// How many bytes a version holds at level M, and in which blocks.
struct QRVersion: Equatable {
    let number: Int
    /// Words of error correction in each block.
    let correction: Int
    /// Words of data in each block, the short blocks first.
    let blocks: [Int]

    var size: Int { 17 + 4 * number }

    /// ISO/IEC 18004, table 9, level M: correction words, then blocks × data words.
    private static let table: [(correction: Int, blocks: [(count: Int, data: Int)])] = [
        (10, [(1, 16)]), (16, [(1, 28)]), (26, [(1, 44)]), (18, [(2, 32)]), (24, [(2, 43)]),
        (16, [(4, 27)]), (18, [(4, 31)]), (22, [(2, 38), (2, 39)]), (22, [(3, 36), (2, 37)]),
        (26, [(4, 43), (1, 44)]), (30, [(1, 50), (4, 51)]), (22, [(6, 36), (2, 37)]),
        (22, [(8, 37), (1, 38)]),
    ]

    /// Centres of the alignment patterns: annex E.
    private static let alignment: [[Int]] = [
        [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46],
        [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62],
    ]

    var centres: [Int] { Self.alignment[number - 1] }

    private var dataWords: Int { blocks.reduce(0, +) }
    private var countBits: Int { number < 10 ? 8 : 16 }

    /// The smallest version that holds so many bytes.
    static func fitting(_ count: Int) -> QRVersion? {
        for (index, row) in table.enumerated() {
            let blocks = row.blocks.flatMap { Array(repeating: $0.data, count: $0.count) }
            let version = QRVersion(
                number: index + 1, correction: row.correction, blocks: blocks)
            if 4 + version.countBits + 8 * count <= 8 * version.dataWords { return version }
        }
        return nil
    }

    /// Mode, count and bytes as words, filled up: clauses 7.4.5 and 7.4.10.
    func data(_ bytes: [UInt8]) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for shift in (0..<count).reversed() { bits.append(value >> shift & 1 == 1) }
        }
        append(0b0100, 4)
        append(bytes.count, countBits)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, 8 * dataWords - bits.count))
        while bits.count % 8 != 0 { bits.append(false) }
        var words = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        for filler in 0..<max(0, dataWords - words.count) {
            words.append(filler.isMultiple(of: 2) ? 0xEC : 0x11)
        }
        return words
    }

    /// The words of all blocks side by side, then those of their error correction: clause 7.6.
    func interleaved(_ data: [UInt8]) -> [UInt8] {
        var start = 0
        let parts = blocks.map { count -> [UInt8] in
            defer { start += count }
            return Array(data[start..<start + count])
        }
        let code = ReedSolomon(correction)
        let checks = parts.map(code.remainder)
        var words: [UInt8] = []
        for index in 0..<(blocks.max() ?? 0) {
            for part in parts where index < part.count { words.append(part[index]) }
        }
        for index in 0..<correction { words += checks.map { $0[index] } }
        return words
    }
}

/// Error correction over the field of 256 elements with the polynomial x⁸ + x⁴ + x³ + x² + 1.
struct ReedSolomon {
    private let generator: [UInt8]

    init(_ degree: Int) {
        // The product of (x - 2ⁱ); its leading 1 is left out.
        var generator = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                generator[index] = Self.product(generator[index], root)
                if index + 1 < degree { generator[index] ^= generator[index + 1] }
            }
            root = Self.product(root, 2)
        }
        self.generator = generator
    }

    /// What is left of the data, times x to the degree, divided by the generator.
    func remainder(_ data: [UInt8]) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: generator.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for index in rest.indices { rest[index] ^= Self.product(generator[index], factor) }
        }
        return rest
    }

    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result = 0
        for shift in (0..<8).reversed() {
            result = result << 1 ^ (result >> 7 * 0x11D)
            if right >> shift & 1 == 1 { result ^= Int(left) }
        }
        return UInt8(truncatingIfNeeded: result)
    }
}
