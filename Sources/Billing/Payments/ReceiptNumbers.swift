import Convergence
import Replication

extension Receipts {
    /// Which of several receipts of a payment counts, of two devices that each wrote one.
    static let firstOrder = "date, number, id"

    /// The numbers of the receipts, by the rows of their payments; of one payment, or of all.
    static func numbers(_ reading: Reading, payment: RowID? = nil) throws -> [String: String] {
        var numbers: [String: String] = [:]
        try reading.each(
            """
            SELECT payment, number FROM receipts
            WHERE hidden = 0 \(payment == nil ? "" : "AND payment = ?") ORDER BY \(firstOrder)
            """, payment.map { [.text($0.text)] } ?? []
        ) { cursor in
            guard let payment = cursor.text(0), let number = cursor.text(1) else { return }
            numbers[payment] = numbers[payment] ?? number
        }
        return numbers
    }
}
