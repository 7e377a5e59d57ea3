import ArgumentParser

/// `jalon invoice …`.
struct InvoiceCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice", abstract: "Drafts and invoices.",
        subcommands: [
            InvoiceNew.self, InvoiceEdit.self, InvoiceIssue.self, InvoiceList.self,
            InvoiceShow.self, InvoiceCheckCommand.self, InvoicePrint.self, InvoiceQR.self,
            InvoiceCredit.self,
            InvoiceCorrect.self, InvoiceRepeat.self, InvoiceSend.self, InvoiceAssign.self,
            InvoiceNote.self,
            InvoiceDispute.self, InvoiceSettle.self, InvoiceExtend.self, InvoiceWriteOff.self,
            InvoiceLog.self, InvoiceInterest.self, InvoiceDebit.self, InvoiceRemove.self,
        ],
        defaultSubcommand: InvoiceList.self)
}
