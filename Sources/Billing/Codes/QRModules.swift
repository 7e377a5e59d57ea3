/// The modules of a QR code while they are drawn.
struct QRModules {
    let version: QRVersion
    private(set) var dark: [Bool]
    /// Modules that carry no data: patterns, format and version.
    private var isFixed: [Bool]

    private var size: Int { version.size }

    /// The fixed patterns of a version, with room for the format.
    init(_ version: QRVersion) {
        self.version = version
        dark = [Bool](repeating: false, count: version.size * version.size)
        isFixed = dark
        for place in 0..<size {
            fix(6, place, place.isMultiple(of: 2))
            fix(place, 6, place.isMultiple(of: 2))
        }
        for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(column, row) }
        let centres = version.centres
        for (x, column) in centres.enumerated() {
            for (y, row) in centres.enumerated() {
                // The corners belong to the finders.
                let last = centres.count - 1
                if (x, y) == (0, 0) || (x, y) == (0, last) || (x, y) == (last, 0) { continue }
                drawRings(column, row, radius: 2) { $0 != 1 }
            }
        }
        drawFormat(mask: 0)
        drawVersion()
    }

    private mutating func fix(_ column: Int, _ row: Int, _ isDark: Bool) {
        guard (0..<size).contains(column), (0..<size).contains(row) else { return }
        dark[row * size + column] = isDark
        isFixed[row * size + column] = true
    }

    private mutating func drawFinder(_ column: Int, _ row: Int) {
        drawRings(column, row, radius: 4) { $0 != 2 && $0 != 4 }
    }

    private mutating func drawRings(
        _ column: Int, _ row: Int, radius: Int, isDark: (Int) -> Bool
    ) {
        for y in -radius...radius {
            for x in -radius...radius {
                fix(column + x, row + y, isDark(max(abs(x), abs(y))))
            }
        }
    }

    /// Level M and the mask, twice, with their own error correction: clause 7.9.
    mutating func drawFormat(mask: Int) {
        let bits = Self.withRemainder(0b00 << 3 | mask, 10, 0x537) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<15 {
            // Beside the upper left finder, around the timing patterns.
            switch index {
            case 0...5: fix(8, index, bit(index))
            case 6: fix(8, 7, bit(index))
            case 7: fix(8, 8, bit(index))
            case 8: fix(7, 8, bit(index))
            default: fix(14 - index, 8, bit(index))
            }
            // Shared between the other two.
            if index < 8 {
                fix(size - 1 - index, 8, bit(index))
            } else {
                fix(8, size - 15 + index, bit(index))
            }
        }
        fix(8, size - 8, true)
    }

    /// The version from 7 on, twice: clause 7.10.
    private mutating func drawVersion() {
        guard version.number >= 7 else { return }
        let bits = Self.withRemainder(version.number, 12, 0x1F25)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            fix(size - 11 + index % 3, index / 3, isDark)
            fix(index / 3, size - 11 + index % 3, isDark)
        }
    }

    /// A value with the remainder of its division behind it.
    private static func withRemainder(_ value: Int, _ count: Int, _ divisor: Int) -> Int {
        var rest = value
        for _ in 0..<count { rest = rest << 1 ^ (rest >> (count - 1) * divisor) }
        return value << count | rest
    }

    /// Puts the words into the free modules, two columns at a time from the right, up and down by turns:
    /// clause 7.7.3.
    mutating func place(_ words: [UInt8]) {
        var index = 0
        var right = size - 1
        var isUpward = true
        while right > 0 {
            // The column of the timing pattern is passed over.
            if right == 6 { right = 5 }
            for step in 0..<size {
                let row = isUpward ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row * size + column] {
                    if index < 8 * words.count {
                        dark[row * size + column] = words[index / 8] >> (7 - index % 8) & 1 == 1
                        index += 1
                    }
                }
            }
            isUpward.toggle()
            right -= 2
        }
    }

    /// Turns the data over where the mask's rule says so: table 10.
    mutating func apply(mask: Int) {
        for row in 0..<size {
            for column in 0..<size where !isFixed[row * size + column] {
                if Self.isMasked(mask, column, row) { dark[row * size + column].toggle() }
            }
        }
    }

    private static func isMasked(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y).isMultiple(of: 2)
        case 1: y.isMultiple(of: 2)
        case 2: x.isMultiple(of: 3)
        case 3: (x + y).isMultiple(of: 3)
        case 4: (x / 3 + y / 2).isMultiple(of: 2)
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3).isMultiple(of: 2)
        default: ((x + y) % 2 + x * y % 3).isMultiple(of: 2)
        }
    }

    /// How hard the code is to read: clause 7.8.3.
    var penalty: Int {
        var penalty = 0
        for line in 0..<size {
            penalty += Self.penalty((0..<size).map { dark[line * size + $0] })
            penalty += Self.penalty((0..<size).map { dark[$0 * size + line] })
        }
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let first = dark[row * size + column]
                if first == dark[row * size + column + 1],
                    first == dark[(row + 1) * size + column],
                    first == dark[(row + 1) * size + column + 1]
                {
                    penalty += 3
                }
            }
        }
        let share = dark.count { $0 } * 100 / dark.count
        return penalty + abs(share - 50) / 5 * 10
    }

    /// Runs of one colour, and what looks like a finder.
    private static func penalty(_ line: [Bool]) -> Int {
        var penalty = 0
        var run = 0
        for (index, module) in line.enumerated() {
            run = index > 0 && line[index - 1] == module ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        guard line.count >= finder.count else { return penalty }
        for start in 0...line.count - finder.count {
            let part = line[start..<start + finder.count]
            if part.elementsEqual(finder) || part.elementsEqual(finder.reversed()) { penalty += 40 }
        }
        return penalty
    }

    private static let finder: [Bool] = [
        true, false, true, true, true, false, true, false, false, false, false,
    ]
}
