import Convergence
package import Replication

/// Something in the business's records that wants a decision; `doctor` and `owed` name it.
package enum Finding: Equatable, Sendable {
    /// Documents with one number: a rolled-back machine's. Both stay; the remedy is a credit note.
    case numberTwice(number: String, documents: [String])
    /// One draft that two devices issued: both stay; one is to be credited.
    case issuedTwice(invoice: String, numbers: [String])
    /// A series that two writers claimed without having seen each other.
    case seriesClaimedTwice(SeriesClaim)
    /// Numbers that no document of the series bears: those of a device that has not synced yet, or
    /// lost.
    case numbersMissing(series: String, from: Int64, to: Int64)
    /// A document whose content does not have the hash that it bears.
    case documentDamaged(number: String, document: String)
    /// A document that no held change of the chain made as it stands.
    case documentUnproven(number: String, document: String)
    /// A document dated before the one whose number comes before its own.
    case dateWentBack(number: String, after: String)
    /// A document that several stand in the place of: two devices replaced it.
    case replacedTwice(number: String, correctives: [String])
    /// A document of which more was taken back than there was: two devices did so.
    case creditedBeyond(number: String, notes: [String])
    /// A deposit that several invoices which stand deduct.
    case depositTwice(number: String, finals: [String])
    /// A deposit of which an invoice deducts more than credit notes left: one device took it back while
    /// another deducted it.
    case depositTakenBack(number: String, final: String, notes: [String])
    /// A payment of which more was allocated than it is: two devices did so.
    case paymentOverspent(payment: String, amount: Int64, allocated: Int64, currency: Currency)
    /// A payment that one device took back while another allocated it: what it settles looks paid.
    case paymentHalfReversed(payment: String, numbers: [String])

    /// `kind` and what it is about.
    package var json: JSON {
        switch self {
        case .numberTwice(let number, let documents):
            .members([
                "kind": .string("number twice"), "number": .string(number),
                "documents": .array(documents.map { .string($0) }),
            ])
        case .issuedTwice(let invoice, let numbers):
            .members([
                "kind": .string("issued twice"), "invoice": .string(invoice),
                "numbers": .array(numbers.map { .string($0) }),
            ])
        case .seriesClaimedTwice(let claim):
            .members([
                "kind": .string("series claimed twice"), "series": .string(claim.name),
                "writers": .array(claim.writers.map { .string($0) }),
            ])
        case .numbersMissing(let series, let from, let to):
            .members([
                "kind": .string("numbers missing"), "series": .string(series),
                "from": .string(SeriesClaim.number(series, from)),
                "to": .string(SeriesClaim.number(series, to)),
            ])
        case .documentDamaged(let number, let document):
            .members([
                "kind": .string("document damaged"), "number": .string(number),
                "document": .string(document),
            ])
        case .documentUnproven(let number, let document):
            .members([
                "kind": .string("document unproven"), "number": .string(number),
                "document": .string(document),
            ])
        case .dateWentBack(let number, let after):
            .members([
                "kind": .string("date went back"), "number": .string(number),
                "after": .string(after),
            ])
        case .replacedTwice(let number, let correctives):
            .members([
                "kind": .string("replaced twice"), "number": .string(number),
                "correctives": .array(correctives.map { .string($0) }),
            ])
        case .creditedBeyond(let number, let notes):
            .members([
                "kind": .string("credited beyond"), "number": .string(number),
                "notes": .array(notes.map { .string($0) }),
            ])
        case .depositTwice(let number, let finals):
            .members([
                "kind": .string("deposit twice"), "number": .string(number),
                "finals": .array(finals.map { .string($0) }),
            ])
        case .depositTakenBack(let number, let final, let notes):
            .members([
                "kind": .string("deposit taken back"), "number": .string(number),
                "final": .string(final), "notes": .array(notes.map { .string($0) }),
            ])
        case .paymentOverspent(let payment, let amount, let allocated, let currency):
            .members([
                "kind": .string("payment overspent"), "payment": .string(payment),
                "amount": .string(currency.text(amount)),
                "allocated": .string(currency.text(allocated)), "currency": .string(currency.code),
            ])
        case .paymentHalfReversed(let payment, let numbers):
            .members([
                "kind": .string("payment half reversed"), "payment": .string(payment),
                "numbers": .array(numbers.map { .string($0) }),
            ])
        }
    }
}

/// Looks for what does not add up.
package enum Findings {
    /// Everything, the hashes of all documents included.
    package static func list(_ reading: Reading) throws -> [Finding] {
        try ofDocuments(reading) + ofPayments(reading)
    }

    /// Payments that two devices did different things with.
    static func ofPayments(_ reading: Reading) throws -> [Finding] {
        let overspent = try reading.rows(
            """
            SELECT p.id, p.amount, p.currency, sum(a.amount) AS allocated
            FROM payments p JOIN allocations a ON a.payment = p.id
            WHERE p.hidden = 0 AND a.hidden = 0 AND p.amount > 0
                AND \(Currency.isMinor("p.amount")) AND \(Currency.isMinor("a.amount"))
            GROUP BY p.id HAVING sum(a.amount) > p.amount AND NOT EXISTS (
                SELECT 1 FROM payments r WHERE r.reverses = p.id AND r.hidden = 0)
            ORDER BY p.date, p.id
            """
        ).compactMap { record -> Finding? in
            guard let payment = record.text("id"), let amount = record.integer("amount"),
                let allocated = record.integer("allocated"),
                let currency = record.text("currency").flatMap({ try? Currency($0) })
            else { return nil }
            return .paymentOverspent(
                payment: payment, amount: amount, allocated: allocated, currency: currency)
        }
        let reversed = try reading.rows(
            """
            SELECT DISTINCT p.id, p.date FROM payments r JOIN payments p ON p.id = r.reverses
            WHERE r.hidden = 0 AND p.hidden = 0 AND p.amount > 0 AND p.reverses IS NULL
                AND EXISTS (SELECT 1 FROM allocations a WHERE a.payment = p.id AND a.hidden = 0)
            ORDER BY p.date, p.id
            """
        ).compactMap { $0.text("id").flatMap { RowID($0) } }
        return try overspent
            + reversed.compactMap { payment in
                let parts = try Payments.standing(reading, of: payment)
                guard !parts.isEmpty else { return nil }
                return .paymentHalfReversed(
                    payment: payment.text, numbers: parts.compactMap(\.allocation.number))
            }
    }

    /// What is found of documents, by which an inspector reads them.
    static func ofDocuments(_ reading: Reading) throws -> [Finding] {
        var findings = try ofNumbers(reading)
        for claim in try SeriesBook.list(reading) where claim.state == .claimedTwice {
            findings.append(.seriesClaimedTwice(claim))
        }
        findings += try gaps(reading)
        findings += try ofCorrections(reading)
        findings += try ofDeposits(reading)
        try reading.each(
            "SELECT id, number, hash, content FROM documents WHERE hidden = 0 ORDER BY id"
        ) { cursor in
            let content = cursor.text(3) ?? ""
            guard ContentHash.hexadecimal(content.utf8) != cursor.text(2) else { return }
            findings.append(
                .documentDamaged(number: cursor.text(1) ?? "", document: cursor.text(0) ?? ""))
        }
        return findings
    }

    /// What is found from numbers alone, until all but one of the documents were taken back or replaced:
    /// only those that stand twice are read.
    static func ofNumbers(_ reading: Reading) throws -> [Finding] {
        var findings: [Finding] = []
        for (series, sequence) in try repeatedNumbers(reading) {
            let rows = try twins(reading, series: .text(series), sequence: .integer(sequence))
            guard !rows.isEmpty else { continue }
            findings.append(
                .numberTwice(
                    number: SeriesClaim.number(series, sequence),
                    documents: rows.compactMap { $0.text("id") }))
        }
        for invoice in try repeatedInvoices(reading) {
            let rows = try twins(reading, invoice: invoice)
            guard !rows.isEmpty else { continue }
            findings.append(
                .issuedTwice(invoice: invoice, numbers: rows.compactMap { $0.text("number") }))
        }
        return findings
    }

    /// The documents of a draft that was issued more than once, as long as several stand.
    static func twins(_ reading: Reading, invoice: String) throws -> [Record] {
        try twins(reading, "invoice = ?", [.text(invoice)], order: "date, sequence, series, id")
    }

    /// The documents that bear one number, as long as several stand.
    static func twins(_ reading: Reading, series: Value, sequence: Value) throws -> [Record] {
        try twins(reading, "series = ? AND sequence = ?", [series, sequence], order: "id")
    }

    private static func twins(
        _ reading: Reading, _ condition: String, _ arguments: [Value], order: String
    ) throws -> [Record] {
        let rows = try documents(reading, condition, arguments, order: order)
        // Hardly any has a twin: what none has need not be read.
        guard rows.count > 1 else { return [] }
        let standing = try rows.filter { try stands(reading, $0) }
        return standing.count > 1 ? standing : []
    }

    /// The documents of a condition that were neither replaced nor taken back as a whole.
    private static func standing(
        _ reading: Reading, _ condition: String, _ arguments: [Value], order: String
    ) throws -> [Record] {
        try documents(reading, condition, arguments, order: order)
            .filter { try stands(reading, $0) }
    }

    private static func documents(
        _ reading: Reading, _ condition: String, _ arguments: [Value], order: String
    ) throws -> [Record] {
        try reading.rows(
            "SELECT id, number FROM documents WHERE \(condition) AND hidden = 0 ORDER BY \(order)",
            arguments)
    }

    /// Whether a document stands; what cannot be read, nobody took back.
    private static func stands(_ reading: Reading, _ record: Record) throws -> Bool {
        try record.text("id").flatMap { try origin(reading, $0) }?.stands != false
    }

    /// A document as others refer to it; nil where its content cannot be read.
    private static func origin(
        _ reading: Reading, _ document: String
    ) throws -> Invoices.Origin? {
        try readable { try Invoices.origin(reading, document) }
    }

    /// What follows from the contents of documents; nil where one cannot be read, of which `doctor` is not
    /// to stop short.
    private static func readable<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch is BillingFailure {
            return nil
        }
    }

    /// Documents that two devices corrected without knowing of each other.
    private static func ofCorrections(_ reading: Reading) throws -> [Finding] {
        let corrected = try reading.rows(
            """
            SELECT DISTINCT o.id, o.number, o.date, o.series, o.sequence
            FROM documents c JOIN documents o ON o.id = c.corrects
            WHERE c.corrects > '' AND c.hidden = 0 AND o.hidden = 0
            ORDER BY o.date, o.series, o.sequence, o.id
            """)
        var findings: [Finding] = []
        for record in corrected {
            guard let id = record.text("id"), let number = record.text("number") else { continue }
            let order = "date, series, sequence, id"
            let replacing = try standing(
                reading, "corrects = ? AND kind = \(DocumentKind.corrective.sql)", [.text(id)],
                order: order)
            if replacing.count > 1 {
                findings.append(
                    .replacedTwice(
                        number: number, correctives: replacing.compactMap { $0.text("number") }))
            }
            let notes = try standing(
                reading, "corrects = ? AND kind <> \(DocumentKind.corrective.sql)", [.text(id)],
                order: order)
            let isBeyond = try origin(reading, id)?.isCreditedBeyond == true
            if isBeyond || !notes.isEmpty && !replacing.isEmpty {
                findings.append(
                    .creditedBeyond(number: number, notes: notes.compactMap { $0.text("number") }))
            }
        }
        return findings
    }

    /// Deposits that count more than once: only those are read that several documents name.
    private static func ofDeposits(_ reading: Reading) throws -> [Finding] {
        try reading.rows(
            """
            SELECT o.id, o.number FROM deposits x JOIN documents d ON d.invoice = x.invoice
                JOIN documents o ON o.id = x.document
            WHERE d.hidden = 0 AND d.kind NOT IN (\(DocumentKind.creditsSQL))
            GROUP BY o.id HAVING count(*) > 1
                OR EXISTS (SELECT 1 FROM documents c WHERE c.corrects = o.id AND c.hidden = 0)
            ORDER BY o.date, o.series, o.sequence, o.id
            """
        ).compactMap { record in
            guard let id = record.text("id") else { return nil }
            let number = record.text("number") ?? ""
            let finals = try readable { try Invoices.finals(reading, deducting: id) } ?? []
            if finals.count > 1 {
                return .depositTwice(number: number, finals: finals.map(\.number))
            }
            guard let final = finals.first, let deposit = try origin(reading, id) else {
                return nil
            }
            let deducted = final.content.deposits.first { $0.document == id }?.gross ?? 0
            guard deducted > deposit.left.gross else { return nil }
            let notes = try reading.rows(
                """
                SELECT number FROM documents WHERE corrects = ? AND hidden = 0
                ORDER BY date, series, sequence, id
                """, [.text(id)])
            return .depositTakenBack(
                number: number, final: final.number, notes: notes.compactMap { $0.text("number") })
        }
    }

    /// The numbers that a scope's documents share with others.
    static func repeatedNumbers(
        _ reading: Reading, _ scope: InvoiceScope = .all
    ) throws -> [(series: String, sequence: Int64)] {
        var numbers: [(series: String, sequence: Int64)] = []
        let query =
            switch scope {
            case .all:
                """
                SELECT series, sequence FROM documents WHERE hidden = 0
                GROUP BY series, sequence HAVING count(*) > 1 ORDER BY series, sequence
                """
            // The other may be of no invoice.
            case .open:
                """
                SELECT DISTINCT o.series, o.sequence FROM open_invoice o
                WHERE (
                    SELECT count(*) FROM documents d
                    WHERE d.series = o.series AND d.sequence = o.sequence AND d.hidden = 0) > 1
                ORDER BY o.series, o.sequence
                """
            }
        try reading.each(query) { cursor in
            if let series = cursor.text(0), let sequence = cursor.integer(1) {
                numbers.append((series, sequence))
            }
        }
        return numbers
    }

    /// The drafts that were issued more than once.
    static func repeatedInvoices(
        _ reading: Reading, _ scope: InvoiceScope = .all
    ) throws -> [String] {
        var invoices: [String] = []
        try reading.each(
            """
            SELECT invoice FROM \(scope.documents)
            GROUP BY invoice HAVING count(*) > 1 ORDER BY invoice
            """
        ) { cursor in
            if let invoice = cursor.text(0) { invoices.append(invoice) }
        }
        return invoices
    }

    private static func gaps(_ reading: Reading) throws -> [Finding] {
        var findings: [Finding] = []
        var series = ""
        var last: Int64 = 0
        try reading.each(
            "SELECT series, sequence FROM documents WHERE hidden = 0 ORDER BY series, sequence"
        ) { cursor in
            guard let name = cursor.text(0), let sequence = cursor.integer(1) else { return }
            if name != series { (series, last) = (name, 0) }
            if sequence > last &+ 1 {
                findings.append(.numbersMissing(series: name, from: last &+ 1, to: sequence &- 1))
            }
            last = sequence
        }
        return findings
    }
}
