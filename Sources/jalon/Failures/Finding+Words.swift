import Billing

extension Billing.Finding {
    /// A stable word for programs.
    var code: String {
        switch self {
        case .numberTwice: "number twice"
        case .issuedTwice: "issued twice"
        case .seriesClaimedTwice: "series claimed twice"
        case .numbersMissing: "numbers missing"
        case .documentDamaged: "document damaged"
        case .documentUnproven: "document unproven"
        case .dateWentBack: "date went back"
        case .replacedTwice: "replaced twice"
        case .creditedBeyond: "credited beyond"
        case .depositTwice: "deposit twice"
        case .depositTakenBack: "deposit taken back"
        case .paymentOverspent: "payment overspent"
        case .paymentHalfReversed: "payment half reversed"
        }
    }

    /// What is wrong.
    var words: String {
        switch self {
        case .numberTwice(let number, let documents):
            "\(documents.count) different invoices bear the number \(number)."
        case .issuedTwice(_, let numbers):
            "One draft was issued more than once, as \(numbers.joined(separator: " and "))."
        case .seriesClaimedTwice(let claim):
            "Two devices claimed the series \(claim.name); neither issues from it for now."
        case .numbersMissing(let series, let from, let to):
            from == to
                ? "Number \(from) of series \(series) is not here."
                : "Numbers \(from) to \(to) of series \(series) are not here."
        case .documentDamaged(let number, _):
            "The content of invoice \(number) is not what was issued."
        case .documentUnproven(let number, _):
            "No change that is held made \(number) as it stands."
        case .dateWentBack(let number, let after):
            "\(number) is dated before \(after), whose number comes before its own."
        case .replacedTwice(let number, let correctives):
            "\(correctives.joined(separator: " and ")) each take the place of \(number)."
        case .creditedBeyond(let number, let notes):
            "More of \(number) was taken back than there was: see \(notes.joined(separator: " and "))."
        case .depositTwice(let number, let finals):
            "\(finals.joined(separator: " and ")) each deduct the deposit \(number)."
        case .depositTakenBack(let number, let final, let notes):
            "\(final) deducts more of the deposit \(number) than \(notes.joined(separator: " and ")) left."
        case .paymentOverspent(let payment, let amount, let allocated, let currency):
            "\(currency.text(allocated)) \(currency.code) of payment \(payment) were allocated, and it is"
                + " \(currency.text(amount))."
        case .paymentHalfReversed(let payment, let numbers):
            "Payment \(payment) was taken back while another device allocated it to"
                + " \(numbers.joined(separator: " and "))."
        }
    }

    /// What to type about it.
    var remedy: String {
        switch self {
        case .numberTwice: "both stay as they are; one is put right by a credit note"
        case .issuedTwice(_, let numbers):
            "send one of them, and for the other: jalon invoice credit \(numbers.last ?? "")"
        case .seriesClaimedTwice(let claim):
            "jalon series continue \(claim.name), on the device that is to have it"
        case .numbersMissing: "jalon sync, on every device"
        case .documentDamaged, .documentUnproven: "jalon verify, then jalon rebuild"
        case .dateWentBack: "both stay as they are; tell your accountant why"
        case .replacedTwice(_, let correctives):
            "send one of them, and for the other: jalon invoice credit \(correctives.last ?? "")"
        case .creditedBeyond:
            "what is too much is the client's credit; an invoice of its own takes it back"
        case .depositTwice(_, let finals):
            "jalon invoice credit \(finals.last ?? ""), then issue it again without the deposit"
        case .depositTakenBack(_, let final, _):
            "jalon invoice credit \(final), then issue it again with what is left of the deposit"
        case .paymentOverspent(let payment, _, _, _):
            "jalon payment reverse \(payment), then enter it again with what it settles"
        case .paymentHalfReversed(let payment, _):
            "jalon payment reverse \(payment), again: it takes back what is left of it"
        }
    }
}
