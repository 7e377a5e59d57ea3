import Convergence

@testable import Billing

extension FuzzTarget {
    /// What a person types or a file says about business.
    static let business: [FuzzTarget] = [
        // The first byte chooses the currency.
        FuzzTarget("amount") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let codes = ["EUR", "JPY", "KWD"]
            let code = codes[Int(bytes.takeFirst()) % codes.count]
            guard let text = bytes.validText, let currency = try? Currency(code),
                let minor = try? currency.minor(text)
            else { return false }
            try require(abs(minor) <= Currency.minorMax, "amounts have a bound")
            let again = try made("a written amount is read") {
                try currency.minor(currency.text(minor))
            }
            try require(again == minor, "reader and writer of amounts agree")
            return true
        },
        // The first byte chooses the field.
        FuzzTarget("number") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let fields: [NumberField] = [.price, .quantity, .priceBase, .amount, .rate, .units]
            let field = fields[Int(bytes.takeFirst()) % fields.count]
            guard let text = bytes.validText, let number = try? Decimal(text, as: field) else {
                return false
            }
            let again = try made("a written number is read") { try Decimal(number.text, as: field) }
            try require(again == number, "reader and writer of numbers agree")
            return true
        },
        // The first three bytes choose today.
        FuzzTarget("date") { bytes throws(BrokenProperty) in
            var bytes = bytes
            var day: Int64 = 0
            for _ in 0..<3 { day = day << 8 | Int64(bytes.takeFirst()) }
            let span = Int64(CivilDate.last.day) - Int64(CivilDate.first.day) + 1
            guard let text = bytes.validText,
                let today = CivilDate(day: Int64(CivilDate.first.day) + day % span),
                let read = try? DateExpression(text, today: today)
            else { return false }
            try require(CivilDate(iso: read.date.iso) == read.date, "a written date is read")
            let again = try made("a written date is an expression") {
                try DateExpression(read.date.iso, today: today)
            }
            try require(again.date == read.date, "reader and writer of dates agree")
            let (year, month, dayOfMonth) = read.date.parts
            try require(
                CivilDate(year: year, month: month, day: dayOfMonth) == read.date,
                "a date is its parts")
            return true
        },
        FuzzTarget("terms") { bytes throws(BrokenProperty) in
            guard let text = bytes.validText, let terms = try? Terms(text) else { return false }
            let again = try made("written terms are read") { try Terms(terms.text) }
            try require(again == terms, "reader and writer of terms agree")
            for date in [CivilDate.first, .last] {
                try require(terms.due(from: date) >= date, "nothing falls due before its date")
            }
            return true
        },
        FuzzTarget("invoice-line") { bytes throws(BrokenProperty) in
            guard let text = bytes.validText, let line = try? DraftContent.Line(syntax: text) else {
                return false
            }
            let written = [
                line.name, line.quantity.text, line.price.text, line.rate.text,
                line.category.rawValue,
            ].joined(separator: "; ")
            let again = try made("a written line is read") {
                try DraftContent.Line(syntax: written)
            }
            try require(again == line, "a line is what it says")
            try totalsAddUp(DraftContent(currency: .eur, lines: [line]))
            return true
        },
        FuzzTarget("draft-file") { bytes throws(BrokenProperty) in
            guard let content = try? DraftContent(file: bytes, currency: .eur) else { return false }
            try totalsAddUp(content)
            return true
        },
        FuzzTarget("json") { bytes throws(BrokenProperty) in
            guard let json = try? JSON(reading: bytes) else { return false }
            let written = Array(json.text.utf8)
            let again = try made("written JSON is read") { try JSON(reading: written) }
            try require(Array(again.text.utf8) == written, "JSON says the same again")
            return true
        },
    ]

    /// The rules of EN 16931 that hold of every document (BR-CO-10 to BR-CO-16).
    private static func totalsAddUp(_ content: DraftContent) throws(BrokenProperty) {
        guard let totals = try? Totals(of: content) else { return }
        let net = totals.lines - totals.allowances + totals.charges
        try require(totals.lines == totals.lineNets.reduce(0, +), "the lines are the sum of each")
        try require(totals.net == net, "the net is lines less allowances plus charges")
        try require(totals.groups.reduce(0) { $0 + $1.basis } == net, "every net is in a group")
        try require(totals.groups.reduce(0) { $0 + $1.vat } == totals.vat, "the VAT is the groups'")
        try require(totals.gross == totals.net + totals.vat, "the gross is net and VAT")
        try require(
            totals.due == totals.gross - totals.prepaid + totals.rounding, "what is due follows")
    }
}
