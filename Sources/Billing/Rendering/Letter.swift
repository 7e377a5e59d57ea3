extension DocumentText {
    /// A short message that goes with the document: who sends what, how much, by when.
    package func letter(seller: String, number: String) -> (subject: String, body: String) {
        let what = "\(title) \(number)"
        // Nothing is asked for where the business is the one to pay.
        let isAsked = !isCredit && total("due") > 0
        if language == .french {
            let until = isAsked ? ", à régler au plus tard le \(dueDate)" : ""
            return (
                "\(what) de \(seller)",
                "Bonjour,\n\nVeuillez trouver ci-joint : \(what), \(toPay)\(until).\n\n"
                    + "Cordialement,\n\(seller)"
            )
        }
        let until = isAsked ? ", to be paid by \(dueDate)" : ""
        return (
            "\(what) from \(seller)",
            "Hello,\n\nPlease find \(what) of \(toPay)\(until).\n\nKind regards,\n\(seller)"
        )
    }
}
