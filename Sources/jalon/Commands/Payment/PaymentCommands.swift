import ArgumentParser
import Billing

/// `jalon payment …`.
struct PaymentCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment", abstract: "Money that came in.",
        subcommands: [
            PaymentList.self, PaymentAdd.self, PaymentConfirm.self, PaymentAllocate.self,
            PaymentReverse.self,
            PaymentRefund.self, PaymentReceipt.self,
        ], defaultSubcommand: PaymentList.self)
}

struct PaymentList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the payments.",
        discussion: "With --as-of those that had come by then. "
            + QueryOptions.discussion(PaymentView.self))

    @OptionGroup var query: QueryOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try .payments(
            session.read { try Payments.list($0, asOf: session.asOf) }, query.query(session), form,
            session)
    }
}

extension Answer {
    /// Payments, one on each line.
    static func payments(
        _ payments: [PaymentView], _ query: Query<PaymentView>, _ form: FormOptions,
        _ session: Session
    ) throws -> Answer {
        try .list(
            payments, query, form, session,
            none: "No payments yet. Enter one: jalon pay INVOICE AMOUNT", json: \.listJSON
        ) { payments in
            var table = Table([
                .left("DATE"), .left("CLIENT"), .left("INVOICE"), .right("AMOUNT"),
                .left("METHOD", drops: 2), .left("REFERENCE", drops: 3),
                .left("RECEIPT", drops: 1), .left("ID"),
            ])
            for payment in payments {
                table.add([
                    Cell(payment.date?.iso ?? ""), Cell(payment.clientName),
                    Cell(payment.allocations.compactMap(\.number).joined(separator: ", ")),
                    Cell(payment.amountText), Cell(payment.method ?? ""),
                    Cell(payment.reference ?? ""), Cell(payment.receipt ?? ""),
                    Cell(payment.id.shortID, .faint),
                ])
            }
            return table
        }
    }
}

extension PaymentView {
    /// The amount with its currency.
    var amountText: String { "\(currency.text(amount)) \(currency.code)" }
}
