import ArgumentParser
import Billing

/// `jalon payment …`.
struct PaymentCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment", abstract: "Money that came in.",
        subcommands: [
            PaymentList.self, PaymentAdd.self, PaymentAllocate.self, PaymentReverse.self,
            PaymentRefund.self, PaymentReceipt.self,
        ], defaultSubcommand: PaymentList.self)
}

struct PaymentList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the payments.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let payments = try session.read { try Payments.list($0) }
        return Answer(json: .array(payments.map(\.json))) { page in
            var table = Table([
                .left("DATE"), .left("CLIENT"), .left("INVOICE"), .right("AMOUNT"),
                .left("METHOD"), .left("REFERENCE"), .left("ID"),
            ])
            for payment in payments {
                table.add([
                    Cell(payment.date?.iso ?? ""), Cell(payment.clientName),
                    Cell(payment.allocations.compactMap(\.number).joined(separator: ", ")),
                    Cell(payment.amountText),
                    Cell(payment.method ?? ""), Cell(payment.reference ?? ""),
                    Cell(payment.id, .faint),
                ])
            }
            page.table(table, none: "No payments yet. Enter one: jalon pay INVOICE AMOUNT")
        }
    }
}

extension PaymentView {
    /// The amount with its currency.
    var amountText: String { "\(currency.text(amount)) \(currency.code)" }
}
