/// An invoice as answers show it: a draft as it is now, an issued one as it was issued.
package struct InvoiceView: Equatable, Sendable {
    /// A line of it.
    package struct LineView: Equatable, Sendable {
        /// The line's row; empty in a view of what is only about to be written.
        package let id: String
        /// What it says.
        package let line: DraftContent.Line
        /// Its net, in minor units.
        package let net: Int64
    }

    /// The sums that lists show, in minor units.
    package struct Sums: Equatable, Sendable {
        /// Without VAT.
        package let net: Int64
        /// The VAT.
        package let vat: Int64
        /// With VAT.
        package let gross: Int64
        /// What is to be paid.
        package let due: Int64
    }

    /// The invoice's row, for life.
    package let id: String
    /// The row of what was issued; nil for a draft.
    package let document: String?
    /// The number; nil for a draft.
    package let number: String?
    /// Where it stands at the date asked for.
    package let status: InvoiceStatus
    /// What stands beside the status.
    package let flags: [InvoiceFlag]
    /// The date of issue.
    package let issued: CivilDate?
    /// When it falls due; of a draft, only if it says so itself.
    package let due: CivilDate?
    /// The client's row.
    package let client: String
    /// The client's name: when issued, the one that stands on the document.
    package let clientName: String
    /// The currency of all amounts.
    package let currency: Currency
    /// The lines; empty in lists.
    package let lines: [LineView]
    /// The document's allowances and charges; empty in lists.
    package let adjustments: [DraftContent.Adjustment]
    /// The totals; nil in lists, and when values that another program wrote cannot be computed
    /// with.
    package let totals: Totals?
    /// The sums of the totals; nil when they cannot be computed.
    package let sums: Sums?
    /// What was paid up to the date asked for, in minor units.
    package let paid: Int64
    /// Terms of payment as they stood at issue.
    package let terms: String?
    /// SHA-256 of the issued content, in hexadecimal.
    package let hash: String?
    /// What it says beside its lines; in lists no more than `listedDetails`, of what was issued only
    /// where they were asked for.
    package var details: [DraftField: String] = [:]

    /// What lists can tell of the details.
    static let listedDetails: [DraftField] = [.method, .note]

    /// What the document is.
    package var kind = DocumentKind.invoice
    /// The document that this one takes back or replaces: its number once issued, else its row.
    package var corrects: String?
    /// The deposits that it deducts; empty in lists.
    package var deposits: [DraftContent.Deposit] = []
    /// The person who sees to it; of a draft, only if it says so itself.
    package var owner: String?
    /// What credit notes took off up to the date asked for, in minor units.
    package var credited: Int64 = 0
    /// How many days it is late, and in which bucket it is for that; 0 and nil unless it is open.
    package var daysLate = 0
    package var bucket: AgingBucket?
    /// When it was first sent, as far as that was noted up to the date asked for.
    package var sent: CivilDate?
    /// Until when more time was given, up to the date asked for.
    package var extendedTo: CivilDate?
    /// Where its client is sorted in; only in lists.
    package var clientTags = ClientTags.none

    /// The VAT in euros, where the currency is another and the rate of exchange is given: BT-111.
    package var vatInEuros: Int64? {
        guard let totals else { return nil }
        return try? totals.vatInEuros(currency, details[.exchange])
    }

    /// What is still to be paid, in minor units; negative if too much was.
    package var balance: Int64 { (sums?.due ?? 0) &- paid &- credited }

    /// What is expected to come in still, in minor units: nothing of what was written off; nil for a
    /// draft, for what was issued after the date asked for, and where nothing can be computed.
    package var open: Int64? {
        guard number != nil, sums != nil, issued == nil || status != .draft else { return nil }
        return status == .writtenOff ? 0 : balance
    }

    /// Takes how late it is on a date.
    mutating func takeLateness(on date: CivilDate) {
        guard let due, let open, open > 0, !kind.isCredit else { return }
        daysLate = max(0, date.days(since: due))
        bucket = AgingBucket(due: due, on: date)
    }

    /// The number, or what a draft is called by: its id.
    package var label: String { number ?? id }
}

extension InvoiceView {
    /// `id number status flags issued due client clientName currency lines adjustments totals paid
    /// balance owner daysLate bucket credited kind kindCode corrects terms sent extendedTo document hash
    /// deposits vatInEuros` and the names of `DraftField`; `lines`, `adjustments` and what follows
    /// `extendedTo` only where they were read.
    package var json: JSON { json(whole: true) }

    /// The same for lists, without lines and adjustments; totals without groups, and of the names of
    /// `DraftField` only `method` and `note`.
    package var listJSON: JSON { json(whole: false) }

    private func json(whole: Bool) -> JSON {
        var members = [
            JSON.Member("id", .string(id)), JSON.Member("number", .text(number)),
            JSON.Member("status", .string(status.rawValue)),
            JSON.Member("flags", .array(flags.map { .string($0.rawValue) })),
            JSON.Member("issued", .text(issued?.iso)), JSON.Member("due", .text(due?.iso)),
            JSON.Member("client", .string(client)),
            JSON.Member("clientName", .string(clientName)),
            JSON.Member("currency", .string(currency.code)),
        ]
        if whole {
            members += [
                JSON.Member("lines", .array(lines.map { $0.json(in: currency) })),
                JSON.Member("adjustments", .array(adjustments.map { $0.json(in: currency) })),
            ]
        }
        members += [
            JSON.Member(
                "totals", (whole ? totals?.json(in: currency) : sums?.json(in: currency)) ?? .null),
            JSON.Member("paid", .string(currency.text(paid))),
            JSON.Member("balance", sums == nil ? .null : .string(currency.text(balance))),
            JSON.Member("owner", .text(owner)),
            JSON.Member("daysLate", .integer(daysLate)),
            JSON.Member("bucket", .text(bucket?.rawValue)),
            JSON.Member("credited", .string(currency.text(credited))),
            JSON.Member("kind", .string(kind.words)),
            JSON.Member("kindCode", .string(kind.rawValue)),
            JSON.Member("corrects", .text(corrects)), JSON.Member("terms", .text(terms)),
            JSON.Member("sent", .text(sent?.iso)),
            JSON.Member("extendedTo", .text(extendedTo?.iso)),
        ]
        if whole {
            members += [
                JSON.Member("document", .text(document)),
                JSON.Member("hash", .text(hash)),
                JSON.Member("deposits", .array(deposits.map { $0.json(in: currency) })),
                JSON.Member("vatInEuros", .text(vatInEuros.map(Currency.eur.text))),
            ]
        }
        members += (whole ? DraftField.allCases : Self.listedDetails).map {
            JSON.Member($0.rawValue, .text(details[$0]))
        }
        return .object(members)
    }
}

extension DraftContent.Deposit {
    func json(in currency: Currency) -> JSON {
        .members([
            "number": .string(number), "date": .string(date.iso),
            "net": .string(currency.text(net)), "vat": .string(currency.text(vat)),
            "gross": .string(currency.text(gross)),
            "groups": .array(
                groups.map { group in
                    .members([
                        "category": .string(group.category.rawValue),
                        "rate": .string(group.rate.text),
                        "basis": .string(currency.text(group.basis)),
                        "vat": .string(currency.text(group.vat)),
                    ])
                }),
        ])
    }
}

extension InvoiceView.LineView {
    func json(in currency: Currency) -> JSON {
        .members([
            "id": .text(id.isEmpty ? nil : id), "item": .text(line.item), "note": .text(line.note),
            "reference": .text(line.reference), "periodFrom": .text(line.periodFrom),
            "periodTo": .text(line.periodTo), "reason": .text(line.reason),
            "name": .string(line.name),
            "quantity": .string(line.quantity.text), "unit": .text(line.unit),
            "price": .string(line.price.text(atLeast: currency.decimals)),
            "priceBase": .text(line.priceBase?.text),
            "adjustments": .array(
                line.adjustments.map { adjustment in
                    .members([
                        "charge": .bool(adjustment.charge),
                        "amount": adjustment.percent == nil
                            ? .string(currency.text(adjustment.amount)) : .null,
                        "percent": .text(adjustment.percent?.text),
                        "reason": .text(adjustment.reason),
                    ])
                }),
            "category": .string(line.category.rawValue), "rate": .string(line.rate.text),
            "net": .string(currency.text(net)),
        ])
    }
}

extension DraftContent.Adjustment {
    func json(in currency: Currency) -> JSON {
        .members([
            "charge": .bool(charge), "amount": .string(currency.text(amount)),
            "percent": .text(percent?.text), "reason": .text(reason),
            "category": .text(category?.rawValue), "rate": .text(rate?.text),
        ])
    }
}

extension InvoiceView.Sums {
    init(_ totals: Totals) {
        self.init(net: totals.net, vat: totals.vat, gross: totals.gross, due: totals.due)
    }

    func json(in currency: Currency) -> JSON {
        .members([
            "net": .string(currency.text(net)), "vat": .string(currency.text(vat)),
            "gross": .string(currency.text(gross)), "due": .string(currency.text(due)),
        ])
    }
}

extension Totals {
    /// `lines allowances charges net vat gross prepaid rounding due groups`, amounts as strings.
    package func json(in currency: Currency) -> JSON {
        let amounts = [
            ("lines", lines), ("allowances", allowances), ("charges", charges), ("net", net),
            ("vat", vat), ("gross", gross), ("prepaid", prepaid), ("rounding", rounding),
            ("due", due),
        ]
        let groups = groups.map { group in
            JSON.members([
                "category": .string(group.category.rawValue), "rate": .string(group.rate.text),
                "basis": .string(currency.text(group.basis)),
                "vat": .string(currency.text(group.vat)),
            ])
        }
        return .object(
            amounts.map { JSON.Member($0.0, .string(currency.text($0.1))) }
                + [JSON.Member("groups", .array(groups))])
    }
}
