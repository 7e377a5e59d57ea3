import Convergence

/// What an issued document says, as it stood: the text that its hash is of.
///
/// One JSON object. Amounts in it are integers of minor units; rows of the draft are kept value by
/// value with their ids, so that a later change of the draft can be told and taken back.
struct DocumentContent: Equatable {
    let series: String
    let number: String
    let date: CivilDate
    let due: CivilDate
    let currency: Currency
    let terms: Terms
    /// The seller's name and details, by the names of the settings.
    let seller: [JSON.Member]
    /// The buyer's fields, by the names of the client.
    let buyer: [JSON.Member]
    /// Conditions that the law wants on the document.
    let mentions: [JSON.Member]
    let rows: DraftRows
    let totals: Totals
    /// Why some groups bear no VAT.
    let exemptions: [VATExemption]

    /// The document that this one takes back or replaces.
    let origin: Reference?
    /// What the document adds to the books, by VAT: deposits and what it replaces taken off.
    let counted: [VATGroup]
    /// What the client owes besides; told, and no part of the total.
    let carried: [CarriedBalance]
    /// How it is to be paid.
    let payment: [JSON.Member]
    let language: Language
    let kind: DocumentKind

    /// A document that another one names.
    struct Reference: Equatable {
        let document: String
        let number: String
        let date: CivilDate
    }

    /// Sums of what the document adds to the books.
    var countedNet: Int64 { counted.reduce(0) { $0 &+ $1.basis } }
    var countedVAT: Int64 { counted.reduce(0) { $0 &+ $1.vat } }

    var json: JSON {
        .members([
            "kind": .string(kind.rawValue), "series": .string(series),
            "number": .string(number), "date": .string(date.iso), "due": .string(due.iso),
            "currency": .string(currency.code), "terms": .string(terms.text),
            "seller": .object(seller), "buyer": .object(buyer), "mentions": .object(mentions),
            "invoice": Self.json(rows.invoice, "invoices"),
            "lines": .array(rows.lines.map { Self.json($0, "lines") }),
            "adjustments": .array(rows.adjustments.map { Self.json($0, "adjustments") }),
            "deposits": .array(rows.deposits.map { Self.json($0, "deposits") }),
            "totals": totals.contentJSON,
            "counted": .array(counted.map(\.contentJSON)),
            "carried": .array(carried.map(\.contentJSON)), "payment": .object(payment),
            "language": .string(language.rawValue),
            "corrects": origin.map {
                .members([
                    "document": .string($0.document), "number": .string($0.number),
                    "date": .string($0.date.iso),
                ])
            } ?? .null,
            "exemptions": .array(
                exemptions.map { exemption in
                    .members([
                        "category": .string(exemption.category.rawValue),
                        "code": .text(exemption.code), "text": .string(exemption.text),
                    ])
                }),
            "vatInEuros":
                (try? totals.vatInEuros(currency, rows.details[.exchange]))
                .flatMap(\.self).map { .integer($0) } ?? .null,
        ])
    }

    private static func json(_ row: DraftRows.Row, _ table: String) -> JSON {
        var members = [JSON.Member("id", .string(row.id))]
        for field in DraftRows.fields(of: table) {
            switch row.values[field] {
            case .text(let text)?: members.append(JSON.Member(field, .string(text)))
            case .integer(let integer)?: members.append(JSON.Member(field, .integer(integer)))
            case .null?, nil: break
            }
        }
        return .object(members)
    }
}

/// What is read back of an issued document's content.
struct IssuedContent {
    let rows: DraftRows
    let totals: Totals
    let terms: String?
    let buyerName: String
    /// The number of the document that this one takes back or replaces.
    let corrects: String?

    /// Reads the content; nil when it is not of the shape that this program writes.
    init?(_ text: String) {
        guard let json = try? JSON(reading: Array(text.utf8)),
            let invoice = json["invoice"].flatMap(Self.row),
            case .array(let lines)? = json["lines"],
            case .array(let adjustments)? = json["adjustments"],
            let totals = json["totals"].flatMap(Totals.init(contentJSON:))
        else { return nil }
        rows = DraftRows(
            invoice: invoice, lines: lines.compactMap(Self.row),
            adjustments: adjustments.compactMap(Self.row),
            deposits: (json["deposits"]?.elements ?? []).compactMap(Self.row))
        guard rows.lines.count == lines.count, rows.adjustments.count == adjustments.count,
            totals.lineNets.count == lines.count
        else { return nil }
        self.totals = totals
        terms = json["terms"]?.string
        buyerName = json["buyer"]?["name"]?.string ?? ""
        corrects = json["corrects"]?["number"]?.string
    }

    private static func row(_ json: JSON) -> DraftRows.Row? {
        guard case .object(let members) = json, let id = json["id"]?.string else { return nil }
        var values: [String: Value] = [:]
        for member in members where member.name != "id" {
            switch member.value {
            case .string(let text): values[member.name] = .text(text)
            case .number(let digits): values[member.name] = Int64(digits).map(Value.integer)
            default: break
            }
        }
        return DraftRows.Row(id: id, values: values)
    }
}

extension Totals {
    fileprivate var contentJSON: JSON {
        .members([
            "lineNets": .array(lineNets.map { .integer($0) }), "lines": .integer(lines),
            "allowances": .integer(allowances), "charges": .integer(charges),
            "net": .integer(net), "vat": .integer(vat), "gross": .integer(gross),
            "prepaid": .integer(prepaid), "rounding": .integer(rounding), "due": .integer(due),
            "groups": .array(groups.map(\.contentJSON)),
            "adjustments": .array(
                adjustments.map { adjustment in
                    .members([
                        "charge": .bool(adjustment.charge), "amount": .integer(adjustment.amount),
                        "percent": .text(adjustment.percent?.text),
                        "reason": .text(adjustment.reason),
                        "category": .text(adjustment.category?.rawValue),
                        "rate": .text(adjustment.rate?.text),
                    ])
                }),
        ])
    }

    fileprivate init?(contentJSON json: JSON) {
        guard case .array(let nets)? = json["lineNets"], case .array(let groups)? = json["groups"],
            let lines = json["lines"]?.integer?.minor,
            let allowances = json["allowances"]?.integer?.minor,
            let charges = json["charges"]?.integer?.minor, let net = json["net"]?.integer?.minor,
            let vat = json["vat"]?.integer?.minor, let gross = json["gross"]?.integer?.minor,
            let prepaid = json["prepaid"]?.integer?.minor,
            let rounding = json["rounding"]?.integer?.minor,
            let due = json["due"]?.integer?.minor
        else { return nil }
        self.init(
            lineNets: nets.compactMap { $0.integer?.minor }, lines: lines, allowances: allowances,
            charges: charges, net: net, vat: vat, gross: gross, prepaid: prepaid,
            rounding: rounding, due: due, groups: groups.compactMap(VATGroup.init(contentJSON:)),
            adjustments: (json["adjustments"]?.elements ?? []).compactMap(
                DraftContent.Adjustment.init(contentJSON:)))
    }
}

extension DraftContent.Adjustment {
    fileprivate init?(contentJSON json: JSON) {
        guard let amount = json["amount"]?.integer?.minor, case .bool(let charge)? = json["charge"]
        else {
            return nil
        }
        self.init(
            charge: charge, amount: amount,
            percent: json["percent"]?.string.flatMap { try? Decimal($0, as: .rate) },
            reason: json["reason"]?.string,
            category: json["category"]?.string.flatMap { VATCategory(rawValue: $0) },
            rate: json["rate"]?.string.flatMap { try? Decimal($0, as: .rate) })
    }
}

extension VATGroup {
    /// `category rate basis vat`, the amounts as integers of minor units.
    var contentJSON: JSON {
        .members([
            "category": .string(category.rawValue), "rate": .string(rate.text),
            "basis": .integer(basis), "vat": .integer(vat),
        ])
    }

    init?(contentJSON json: JSON) {
        guard let category = json["category"]?.string.flatMap({ VATCategory(rawValue: $0) }),
            let rate = try? json["rate"]?.string.map({ try Decimal($0, as: .rate) }),
            let basis = json["basis"]?.integer?.minor, let vat = json["vat"]?.integer?.minor
        else { return nil }
        self.init(category: category, rate: rate, basis: basis, vat: vat)
    }
}

extension JSON {
    /// The text of a string.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements of an array.
    var elements: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value of a whole number that fits.
    var integer: Int64? {
        guard case .number(let digits) = self else { return nil }
        return Int64(digits)
    }
}
