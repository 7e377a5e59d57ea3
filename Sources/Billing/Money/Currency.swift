/// A currency of ISO 4217, with the decimals of its minor unit.
///
/// Amounts are `Int64` counts of that unit everywhere (1250 is 12.50 EUR), within ±`minorMax`.
package struct Currency: Hashable, Sendable {
    /// The code: three capital letters.
    package let code: String
    /// How many decimals its amounts have.
    package let decimals: Int

    /// The greatest amount, in minor units: a hundred billion euros.
    package static let minorMax: Int64 = 10_000_000_000_000

    /// Whether a value of a query is an amount: another program may have written anything.
    static func isMinor(_ value: String) -> String {
        "typeof(\(value)) = 'integer' AND \(value) BETWEEN -\(minorMax) AND \(minorMax)"
    }

    /// The euro.
    package static let eur = Currency(code: "EUR", decimals: 2)

    /// Codes by the decimals of ISO 4217 (list one, amendment 176), as far as the program has them.
    private static let table: [Int: String] = [
        0: "CLP ISK JPY KRW MGA PYG RWF UGX VND VUV XAF XOF XPF",
        2: """
        AED ALL ARS AUD AZN BAM BDT BGN BRL CAD CHF CNY COP CRC CZK DKK DOP DZD EGP EUR GBP GEL \
        GHS HKD HUF IDR ILS INR KES KZT LKR MAD MDL MKD MUR MXN MYR NGN NOK NZD PEN PHP PKR PLN \
        QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD UYU ZAR
        """,
        3: "BHD JOD KWD OMR TND",
    ]

    private static let byCode: [Substring: Currency] = {
        var currencies: [Substring: Currency] = [:]
        for (decimals, codes) in table {
            for code in codes.split(separator: " ") {
                currencies[code] = Currency(code: String(code), decimals: decimals)
            }
        }
        return currencies
    }()

    private init(code: String, decimals: Int) {
        self.code = code
        self.decimals = decimals
    }

    /// Finds a currency by its code, in capitals or not.
    package init(_ text: String) throws(BillingFailure) {
        // The euro without the table: it is on the path of every command.
        if text == "EUR" {
            self = .eur
            return
        }
        guard let found = Self.byCode[text.uppercased()[...]] else {
            throw .currency(text: text)
        }
        self = found
    }

    /// Reads an amount as typed, into minor units; see `NumberText` for what is understood.
    package func minor(_ text: String) throws(BillingFailure) -> Int64 {
        let scanned = try NumberText.scan(text, as: .amount, decimals: decimals)
        let value = Int128(scanned.coefficient) * Int128.powerOfTen(decimals - scanned.scale)
        guard value.magnitude <= UInt128(Self.minorMax) else {
            throw .number(.amount, text: text, .tooLarge)
        }
        return Int64(value)
    }

    /// The amount as text with all its decimals and without the currency: `-12.50`.
    package func text(_ minor: Int64) -> String {
        guard decimals > 0 else { return String(minor) }
        var unit: UInt64 = 1
        for _ in 0..<decimals { unit *= 10 }
        let (whole, part) = minor.magnitude.quotientAndRemainder(dividingBy: unit)
        let digits = String(part)
        return (minor < 0 ? "-" : "") + String(whole) + "."
            + String(repeating: "0", count: decimals - digits.count) + digits
    }
}

extension Int64 {
    /// The same as an amount in minor units; nil beyond all amounts: another program may have written
    /// anything.
    var minor: Int64? { magnitude <= Currency.minorMax.magnitude ? self : nil }
}
