/// The words of documents, in the languages that clients read.
struct Wording {
    let language: Language

    private static let words: [String: (french: String, english: String)] = [
        "380": ("Facture", "Invoice"), "386": ("Facture d'acompte", "Deposit invoice"),
        "381": ("Avoir", "Credit note"), "384": ("Facture rectificative", "Corrective invoice"),
        "503": ("Avoir sur acompte", "Credit note on a deposit"),
        "final": ("Facture de solde", "Final invoice"), "draft": ("BROUILLON", "DRAFT"),
        "to": ("Client", "To"), "delivery": ("Livraison", "Delivered to"),
        "date": ("Date d'émission", "Date of issue"), "due": ("Échéance", "Due on"),
        "delivered": ("Date de la prestation", "Date of supply"), "period": ("Période", "Period"),
        "po": ("Bon de commande", "Purchase order"),
        "reference": ("Votre référence", "Your reference"),
        "corrects": ("Concerne", "Corrects"), "of": ("du", "of"),
        "description": ("Désignation", "Description"), "quantity": ("Quantité", "Quantity"),
        "price": ("Prix unitaire HT", "Unit price"), "vat": ("TVA", "VAT"),
        "net": ("Montant HT", "Net"), "discount": ("Remise", "Discount"),
        "charge": ("Frais", "Charge"), "basis": ("Base HT", "Basis"), "rate": ("Taux", "Rate"),
        "totalNet": ("Total HT", "Total without VAT"), "totalVat": ("Total TVA", "Total VAT"),
        "total": ("Total TTC", "Total with VAT"), "vatInEuros": ("TVA en euros", "VAT in euros"),
        "exchange": ("Taux de change", "Rate of exchange"),
        "prepaid": ("Déjà réglé", "Paid before"), "rounding": ("Arrondi", "Rounding"),
        "toPay": ("Net à payer", "To pay"), "toCredit": ("Montant de l'avoir", "Credited"),
        "deposits": ("Acomptes déduits", "Deposits deducted"),
        "paymentReference": ("Référence à rappeler", "Reference"),
        "carried": ("Solde reporté (hors total)", "Balance carried forward (not in the total)"),
        "payment": ("Règlement", "Payment"), "method": ("Mode", "By"),
        "holder": ("Titulaire", "Account of"), "link": ("En ligne", "Online"),
        "payee": ("Chèque à l'ordre de", "Cheque payable to"), "wallet": ("Portefeuille", "Wallet"),
        "scan": ("Virement à scanner", "Transfer to be scanned"),
        "penalty": ("Pénalités de retard", "Late payment"),
        "discountTerms": ("Escompte", "Early payment"),
        "recoveryFee": (
            "Indemnité forfaitaire de recouvrement", "Fixed fee for recovery costs"
        ),
        "nature": ("Nature de l'opération", "Nature of the supply"),
        "goods": ("livraison de biens", "goods"),
        "services": ("prestation de services", "services"),
        "both": ("biens et services", "goods and services"),
        "capital": ("au capital de", "with a capital of"), "vatId": ("N° TVA", "VAT id"),
        "hash": ("Empreinte SHA-256", "SHA-256"), "from": ("du", "from"), "until": ("au", "to"),
    ]

    static var labels: [String] { Array(words.keys) }

    func callAsFunction(_ key: String) -> String {
        guard let word = Self.words[key] else { return key }
        return language == .french ? word.french : word.english
    }

    private static let months: [(french: String, english: String)] = [
        ("janvier", "January"), ("février", "February"), ("mars", "March"), ("avril", "April"),
        ("mai", "May"), ("juin", "June"), ("juillet", "July"), ("août", "August"),
        ("septembre", "September"), ("octobre", "October"), ("novembre", "November"),
        ("décembre", "December"),
    ]

    /// A date with the month in words, which nobody misreads.
    func date(_ iso: String) -> String {
        guard let date = CivilDate(iso: iso) else { return iso }
        let (year, month, day) = date.parts
        let name = Self.months[month - 1]
        if language == .english { return "\(day) \(name.english) \(year)" }
        return "\(day == 1 ? "1er" : String(day)) \(name.french) \(year)"
    }

    /// A number as the language writes it: 1 234,56 or 1,234.56.
    func number(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ".")
        var whole = ""
        for (index, digit) in (parts.first ?? "0").enumerated() {
            let left = (parts.first?.count ?? 1) - index
            if index > 0, left.isMultiple(of: 3) { whole += language == .french ? "\u{202F}" : "," }
            whole.append(digit)
        }
        let rest = parts.count > 1 ? (language == .french ? "," : ".") + parts[1] : ""
        return (isNegative ? "-" : "") + whole + rest
    }

    func amount(_ minor: Int64, _ currency: Currency) -> String {
        number(currency.text(minor)) + " " + sign(currency)
    }

    /// What stands behind an amount.
    func sign(_ currency: Currency) -> String { currency == .eur ? "€" : currency.code }
}
