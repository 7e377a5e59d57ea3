extension DocumentText {
    /// A short message that goes with the document: who sends what, how much, by when.
    package func letter(seller: String, number: String) -> (subject: String, body: String) {
        let what = "\(title) \(number)"
        if language == .french {
            let until = isCredit ? "" : ", à régler au plus tard le \(dueDate)"
            return (
                "\(what) de \(seller)",
                "Bonjour,\n\nVeuillez trouver ci-joint : \(what), \(toPay)\(until).\n\n"
                    + "Cordialement,\n\(seller)"
            )
        }
        let until = isCredit ? "" : ", to be paid by \(dueDate)"
        return (
            "\(what) from \(seller)",
            "Hello,\n\nPlease find \(what) of \(toPay)\(until).\n\nKind regards,\n\(seller)"
        )
    }
}
