/// A document as a text: from what was frozen, so that it reads the same for ever.
package struct DocumentText: Sendable {
    /// How it is written.
    package enum Format: String, CaseIterable, Sendable {
        case text, markdown

        /// How its files end.
        package var suffix: String { self == .text ? "txt" : "md" }
    }

    private let content: JSON
    private let format: Format
    private let words: Wording
    private let currency: Currency

    /// Takes the content of a document; nil when it is not of the shape that this program writes.
    /// Without a language it is the document's own.
    package init?(content: JSON, format: Format, language: Language?) {
        guard let code = content["currency"]?.string, let currency = try? Currency(code) else {
            return nil
        }
        self.content = content
        self.format = format
        self.currency = currency
        let own = content["language"]?.string.flatMap { Language(rawValue: $0) }
        words = Wording(language: language ?? own ?? .english)
    }

    /// The language that it is written in.
    package var language: Language { words.language }

    /// The names of all places.
    package static let places: Set<String> = Set(
        [
            "title", "number", "date", "due", "seller", "buyer", "delivery", "po", "reference",
            "delivered", "period", "corrects", "lines", "vat", "totals", "deposits", "carried",
            "payment", "qr", "mentions", "note", "hash", "currency",
        ] + Wording.labels.map { "label." + $0 })

    /// The document in a template; the usual one unless another is given.
    package func text(_ template: Template? = nil) -> String {
        var values: [String: String] = [:]
        for label in Wording.labels { values["label." + label] = words(label) }
        let invoice = content["invoice"]
        values["title"] = title
        values["number"] = string("number").isEmpty ? words("draft") : string("number")
        values["date"] = words.date(string("date"))
        values["due"] = isCredit ? "" : words.date(string("due"))
        values["currency"] = currency.code
        values["seller"] = block(seller)
        values["buyer"] = block(buyer)
        values["delivery"] = content["buyer"]?["deliveryAddress"]?.string.map(oneLine) ?? ""
        values["po"] = invoice?["po"]?.string ?? ""
        values["reference"] = invoice?["reference"]?.string ?? ""
        values["delivered"] = invoice?["delivered"]?.string.map(words.date) ?? ""
        values["period"] = period(invoice?["period_from"], invoice?["period_to"])
        values["corrects"] = corrects
        values["lines"] = table(lineRows)
        values["vat"] = table(vatRows)
        values["totals"] = table(totalRows)
        values["deposits"] = titled("deposits", depositRows)
        values["carried"] = titled("carried", carriedRows)
        values["payment"] = titled("payment", paymentRows, right: false)
        values["qr"] = transferCode
        values["mentions"] = mentions.joined(separator: format == .text ? "\n" : "  \n")
        values["note"] = invoice?["note"]?.string ?? ""
        return (template ?? Self.standard(format)).filled(values)
    }

    /// The template of a format that is used unless the user has one.
    package static func standard(_ format: Format) -> Template { Template(standardText(format)) }

    /// Its text, for those who want to begin with it.
    package static func standardText(_ format: Format) -> String {
        let heading = format == .markdown ? "# " : ""
        let strong = format == .markdown ? "**" : ""
        let line = format == .markdown ? "  " : ""
        return """
            \(heading){{title}} {{number}}

            {{seller}}

            \(strong){{label.to}}\(strong)
            {{buyer}}

            {{label.delivery}}: {{delivery}}\(line)
            {{label.date}}: {{date}}\(line)
            {{label.due}}: {{due}}\(line)
            {{label.delivered}}: {{delivered}}\(line)
            {{label.period}}: {{period}}\(line)
            {{label.po}}: {{po}}\(line)
            {{label.reference}}: {{reference}}\(line)
            {{label.corrects}}: {{corrects}}\(line)

            {{lines}}

            {{vat}}

            {{totals}}

            {{deposits}}

            {{payment}}

            {{qr}}

            {{carried}}

            {{note}}

            {{mentions}}
            """
    }
}

extension DocumentText {
    private func string(_ key: String) -> String { content[key]?.string ?? "" }

    private var kind: DocumentKind {
        content["kind"]?.string.flatMap { DocumentKind(rawValue: $0) } ?? .invoice
    }

    var isCredit: Bool { kind.isCredit }

    var title: String {
        let isFinal = kind == .invoice && content["deposits"]?.elements?.isEmpty == false
        return words(isFinal ? "final" : kind.rawValue)
    }

    /// What is to be paid, and by when.
    var toPay: String { amount(total("due")) }
    var dueDate: String { words.date(string("due")) }

    func total(_ key: String) -> Int64 { content["totals"]?[key]?.integer?.minor ?? 0 }

    private func amount(_ minor: Int64) -> String { words.amount(minor, currency) }

    private func oneLine(_ text: String) -> String { text.replacing("\n", with: ", ") }

    private func block(_ lines: [String?]) -> String {
        lines.compactMap(\.self).filter { !$0.isEmpty }.flatMap {
            $0.split(separator: "\n").map { format == .markdown ? Self.escaped($0) : String($0) }
        }.joined(separator: format == .markdown ? "  \n" : "\n")
    }

    private var seller: [String?] {
        let seller = content["seller"]
        func field(_ name: String) -> String? { seller?[name]?.string }
        let capital = field("capital").map { " \(words("capital")) \(words.number($0)) €" } ?? ""
        return [
            field("name"), field("legalForm").map { $0 + capital }, field("address"),
            field("siret").map { "SIRET \($0)" } ?? field("siren").map { "SIREN \($0)" },
            field("registration"), field("vatId").map { "\(words("vatId")) \($0)" },
            field("email"), field("phone"), field("website"),
        ]
    }

    private var buyer: [String?] {
        let buyer = content["buyer"]
        func field(_ name: String) -> String? { buyer?[name]?.string }
        return [
            field("name"), field("billingName") ?? field("contact"),
            field("billingAddress") ?? field("address"),
            field("billingAddress") == nil ? nil : field("address"), field("country"),
            field("siret").map { "SIRET \($0)" } ?? field("siren").map { "SIREN \($0)" },
            field("vatId").map { "\(words("vatId")) \($0)" },
            field("billingEmail") ?? field("email"), field("phone"),
        ]
    }

    private func period(_ from: JSON?, _ until: JSON?) -> String {
        let from = from?.string.map { "\(words("from")) \(words.date($0))" }
        let until = until?.string.map { "\(words("until")) \(words.date($0))" }
        return [from, until].compactMap(\.self).joined(separator: " ")
    }

    private var corrects: String {
        guard let other = content["corrects"], let number = other["number"]?.string else {
            return ""
        }
        return "\(number) \(words("of")) \(words.date(other["date"]?.string ?? ""))"
    }
}

extension DocumentText {
    private var lineRows: [[String]] {
        var rows = [
            [words("description"), words("quantity"), words("price"), words("vat"), words("net")]
        ]
        let nets = content["totals"]?["lineNets"]?.elements ?? []
        let adjustments = content["adjustments"]?.elements ?? []
        for (index, line) in (content["lines"]?.elements ?? []).enumerated() {
            func field(_ name: String) -> String { line[name]?.string ?? "" }
            let unit = field("unit").isEmpty ? "" : " " + field("unit")
            let base = field("price_base").isEmpty ? "" : " / " + words.number(field("price_base"))
            let price =
                (try? Decimal(field("price"), as: .price))?.text(atLeast: currency.decimals)
                ?? field("price")
            let net = nets.indices.contains(index) ? nets[index].integer?.minor ?? 0 : 0
            let more = [
                field("reference"), period(line["period_from"], line["period_to"]),
            ].filter { !$0.isEmpty }.joined(separator: ", ")
            rows.append([
                field("name") + (more.isEmpty ? "" : " (\(more))"),
                words.number(field("quantity")) + unit, words.number(price) + base,
                rate(field("category"), field("rate")), amount(net),
            ])
            for adjustment in adjustments where adjustment["line"]?.string == line["id"]?.string {
                rows.append(["  " + adjusted(adjustment), "", "", "", ""])
            }
            for note in field("note").split(separator: "\n") {
                rows.append(["  " + note, "", "", "", ""])
            }
        }
        return rows
    }

    /// An allowance or a charge of a line in words; its amount is in the line's net.
    private func adjusted(_ adjustment: JSON) -> String {
        let isCharge = adjustment["charge"]?.integer == 1
        let size =
            adjustment["percent"]?.string.map { words.number($0) + " %" }
            ?? amount(adjustment["amount"]?.integer?.minor ?? 0)
        let name = adjustment["reason"]?.string ?? words(isCharge ? "charge" : "discount")
        return "\(name) \(isCharge ? "+" : "-")\(size)"
    }

    private func rate(_ category: String, _ rate: String) -> String {
        ["S", "L", "M", "B"].contains(category) ? words.number(rate) + " %" : "0 % (\(category))"
    }

    private var vatRows: [[String]] {
        var rows = [[words("rate"), words("basis"), words("vat")]]
        for group in content["totals"]?["groups"]?.elements ?? [] {
            rows.append([
                rate(group["category"]?.string ?? "", group["rate"]?.string ?? "0"),
                amount(group["basis"]?.integer?.minor ?? 0),
                amount(group["vat"]?.integer?.minor ?? 0),
            ])
        }
        return rows
    }

    private var totalRows: [[String]] {
        var rows: [[String]] = [[]]
        for adjustment in content["totals"]?["adjustments"]?.elements ?? [] {
            let isCharge = adjustment["charge"] == .bool(true)
            let percent = adjustment["percent"]?.string.map { " \(words.number($0)) %" } ?? ""
            let minor = adjustment["amount"]?.integer?.minor ?? 0
            rows.append([
                (adjustment["reason"]?.string ?? words(isCharge ? "charge" : "discount")) + percent,
                amount(isCharge ? minor : -minor),
            ])
        }
        rows.append([words("totalNet"), amount(total("net"))])
        rows.append([words("totalVat"), amount(total("vat"))])
        if let euros = content["vatInEuros"]?.integer?.minor {
            rows.append([words("vatInEuros"), words.amount(euros, .eur)])
        }
        rows.append([words("total"), amount(total("gross"))])
        if total("prepaid") != 0 { rows.append([words("prepaid"), amount(-total("prepaid"))]) }
        if total("rounding") != 0 { rows.append([words("rounding"), amount(total("rounding"))]) }
        rows.append([words(isCredit ? "toCredit" : "toPay"), amount(total("due"))])
        return rows
    }

    private var depositRows: [[String]] {
        let rows = (content["deposits"]?.elements ?? []).flatMap { deposit -> [[String]] in
            let groups = deposit["groups"]?.string.flatMap { try? JSON(reading: Array($0.utf8)) }
            return (groups?.elements ?? []).compactMap(VATGroup.init(contentJSON:)).map { group in
                [
                    deposit["number"]?.string ?? "", words.date(deposit["date"]?.string ?? ""),
                    rate(group.category.rawValue, group.rate.text), amount(group.basis),
                    amount(group.vat), amount(group.basis &+ group.vat),
                ]
            }
        }
        guard !rows.isEmpty else { return [] }
        return [["", words("date"), words("rate"), words("basis"), words("vat"), words("total")]]
            + rows
    }

    private var carriedRows: [[String]] {
        let rows = (content["carried"]?.elements ?? []).map { balance in
            [
                balance["number"]?.string ?? "", words.date(balance["due"]?.string ?? ""),
                amount(balance["balance"]?.integer?.minor ?? 0),
            ]
        }
        return rows.isEmpty ? [] : [["", words("due"), words("toPay")]] + rows
    }

    private var paymentRows: [[String]] {
        guard let payment = content["payment"], !isCredit else { return [] }
        let fields = [
            ("method", "method"), ("payee", "payee"), ("holder", "holder"), ("IBAN", "iban"),
            ("BIC", "bic"), ("wallet", "wallet"), ("link", "link"), ("reference", "reference"),
        ]
        let rows = fields.compactMap { label, key -> [String]? in
            guard let value = payment[key]?.string, !value.isEmpty else { return nil }
            let shown =
                switch key {
                case "iban": AccountView.grouped(value)
                case "method": PaymentMethod.printed(value, words.language)
                default: value
                }
            return [label == "reference" ? words("paymentReference") : words(label), shown]
        }
        return rows.isEmpty ? [] : [[]] + rows
    }

    /// The transfer as a code that a bank's app reads; nothing where the document tells no account.
    private var transferCode: String {
        // A draft asks for nothing yet.
        guard !string("number").isEmpty, let transfer = TransferCode(document: content) else {
            return ""
        }
        let lines = transfer.code.lines.joined(separator: "\n")
        return format == .text
            ? "\(words("scan"))\n\n\(lines)"
            : "**\(words("scan"))**\n\n```\n\(lines)\n```"
    }

    /// By what the VAT in euros was computed: the rate, its day and who published it.
    private var exchange: String? {
        guard currency != .eur, let rate = content["invoice"]?["exchange"]?.string else {
            return nil
        }
        let euros = "\(words.number(rate)) \(words.sign(.eur))"
        let origin = [
            content["invoice"]?["exchange_date"]?.string.map(words.date),
            content["invoice"]?["exchange_source"]?.string,
        ].compactMap(\.self).joined(separator: ", ")
        let line = "\(words("exchange")): 1 \(currency.code) = \(euros)"
        return origin.isEmpty ? line : "\(line) (\(origin))"
    }

    private var mentions: [String] {
        let mentions = content["mentions"]
        func field(_ name: String) -> String? { mentions?[name]?.string }
        var lines = (content["exemptions"]?.elements ?? []).compactMap { $0["text"]?.string }
        if let exchange { lines.insert(exchange, at: 0) }
        if let nature = field("nature") { lines.append("\(words("nature")): \(words(nature))") }
        if let debits = field("debits") { lines.append(debits) }
        if !isCredit {
            if let penalty = field("penalty") { lines.append("\(words("penalty")): \(penalty)") }
            if let discount = field("discount") {
                lines.append("\(words("discountTerms")): \(discount)")
            }
            if field("recoveryFee") != nil {
                lines.append("\(words("recoveryFee")): \(words.amount(4_000, .eur))")
            }
        }
        return lines
    }
}

extension DocumentText {
    private func titled(_ label: String, _ rows: [[String]], right: Bool = true) -> String {
        guard !rows.isEmpty else { return "" }
        let title = format == .markdown ? "**\(words(label))**\n" : words(label)
        return title + "\n" + table(rows, right: right)
    }

    /// Rows in columns, the first at the left and the others at the right unless told; the first row
    /// is the heading, which may be empty.
    private func table(_ rows: [[String]], right: Bool = true) -> String {
        guard rows.count > 1, let count = rows.map(\.count).max() else { return "" }
        guard format == .text else { return markdown(rows, count) }
        var widths = [Int](repeating: 0, count: count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        return rows.filter { !$0.isEmpty }.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                let gap = index == 0 ? "" : "  "
                line += gap + (index > 0 && right ? padding + cell : cell + padding)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private func markdown(_ rows: [[String]], _ count: Int) -> String {
        func line(_ cells: [String]) -> String {
            let padded = cells + [String](repeating: "", count: count - cells.count)
            return "| " + padded.map(Self.escaped).joined(separator: " | ") + " |"
        }
        let rule = "|" + (0..<count).map { $0 == 0 ? " :-- |" : " --: |" }.joined()
        return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
    }

    /// What Markdown and HTML would take for marks is shown as typed.
    private static func escaped(_ text: some StringProtocol) -> String {
        let marks: Set<Character> = ["\\", "`", "*", "_", "[", "]", "<", ">", "|", "#"]
        return text.trimmed.reduce(into: "") { result, character in
            if marks.contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
