/// Exact products and quotients: 128 bits in between, every overflow a failure, never a trap.
extension Int128 {
    /// Ten to a power of 0 to 18.
    static func powerOfTen(_ exponent: Int) -> Int128 {
        var power: Int128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    /// The product, or `amountTooLarge`.
    func times(_ other: Int128) throws(BillingFailure) -> Int128 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard !overflow else { throw .amountTooLarge }
        return product
    }

    /// The quotient by a positive divisor, rounded half up on the absolute value.
    func dividedHalfUp(by divisor: Int128) -> Int128 {
        let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let rounded = remainder >= divisor.magnitude - remainder ? quotient + 1 : quotient
        return self < 0 ? -Int128(rounded) : Int128(rounded)
    }

    /// The amount in minor units, or `amountTooLarge`.
    func asMinor() throws(BillingFailure) -> Int64 {
        guard magnitude <= UInt128(Currency.minorMax) else { throw .amountTooLarge }
        return Int64(self)
    }
}

extension Int64 {
    /// The sum of two amounts, or `amountTooLarge`.
    func adding(_ other: Int64) throws(BillingFailure) -> Int64 {
        try (Int128(self) + Int128(other)).asMinor()
    }

    /// The difference of two amounts, or `amountTooLarge`.
    func subtracting(_ other: Int64) throws(BillingFailure) -> Int64 {
        try (Int128(self) - Int128(other)).asMinor()
    }
}
