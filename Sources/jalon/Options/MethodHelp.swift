import ArgumentParser
import Billing

extension ArgumentHelp {
    /// What a method of payment can be.
    static func method(_ what: String) -> ArgumentHelp {
        ArgumentHelp(
            "\(what): \(PaymentMethod.words.joined(separator: ", ")).", valueName: "method")
    }
}

extension CompletionKind {
    /// The methods of payment.
    static var methods: CompletionKind { .list(PaymentMethod.words) }
}
