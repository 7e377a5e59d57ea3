import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// Whatever people do, alone or without knowing of each other, all answers agree: with each other, on
/// all devices, and with what follows from the rows by counting them.
struct RandomBusinessTests {
    /// What an account comes to, from the rows alone: documents ask for their totals, credit notes' are
    /// negative, a document that correctives take the place of counts no more, payments take off.
    private func counted(
        _ reading: Reading, _ client: RowID, asOf day: CivilDate
    ) throws -> Int64 {
        try reading.rows(
            """
            SELECT (SELECT coalesce(sum(total), 0) FROM documents
                    WHERE client = ?1 AND hidden = 0 AND date <= ?2)
                - (SELECT coalesce(sum(o.total), 0) FROM documents o
                    WHERE o.client = ?1 AND o.hidden = 0 AND o.id IN (
                        SELECT corrects FROM documents
                        WHERE kind = '384' AND hidden = 0 AND date <= ?2))
                - (SELECT coalesce(sum(amount), 0) FROM payments
                    WHERE client = ?1 AND hidden = 0 AND date <= ?2) AS balance
            """, [.text(client.text), .text(day.iso)]
        ).first?.integer("balance") ?? 0
    }

    private func checkAnswers(
        _ business: RandomBusiness, on device: Int, asOf day: CivilDate, _ label: Comment
    ) throws {
        try business.office.read(on: device) { reading in
            let owed = try Ledger.owed(reading, asOf: day)
            let list = try Invoices.list(reading, asOf: day)
            var gross: Int64 = 0
            for client in business.clients {
                let balance = try counted(reading, client, asOf: day)
                let sums = owed.clients.first { $0.client == client.text }?.sums
                let statement = try Statements.list(
                    reading, client: client, from: .first, to: day
                ).first
                let givenUp = (statement?.entries ?? []).filter {
                    ["written off", "recovered"].contains($0.kind)
                }.reduce(0) { $0 + $1.amount }
                #expect(givenUp <= 0, label)
                #expect((sums?.owed ?? 0) - (sums?.credit ?? 0) == balance + givenUp, label)
                #expect((statement?.closing ?? 0) == balance + givenUp, label)
                let open = list.filter { $0.client == client.text }
                    .reduce(0) { $0 + max(0, $1.open ?? 0) }
                #expect(open == sums?.owed ?? 0, label)
                gross += balance
                gross +=
                    try reading.rows(
                        """
                        SELECT coalesce(sum(amount), 0) AS paid FROM payments
                        WHERE client = ? AND hidden = 0 AND date <= ?
                        """, [.text(client.text), .text(day.iso)]
                    ).first?.integer("paid") ?? 0
            }
            let turnover = try Turnovers.list(reading, from: nil, to: day).first
            #expect((turnover.map { $0.net + $0.vat } ?? 0) == gross, label)
            #expect(turnover?.perpetualNet ?? 0 == turnover?.net ?? 0, label)
            let expected = try Incomes.list(reading, from: .first, asOf: day)
                .reduce(0) { $0 + $1.expected }
            #expect(expected == owed.totals.reduce(0) { $0 + $1.owed }, label)
        }
    }

    private func checkDocuments(
        _ business: RandomBusiness, on device: Int, _ label: Comment
    ) throws {
        try business.office.read(on: device) { reading in
            for view in try Invoices.list(reading, asOf: RandomBusiness.end) {
                guard !view.kind.isCredit, let invoice = RowID(view.id),
                    let document = view.document
                else { continue }
                let ref = InvoiceRef(invoice: invoice, document: RowID(document))
                let shown = try Invoices.show(reading, ref, asOf: RandomBusiness.end)
                #expect(shown.balance == view.balance, label)
                #expect(shown.status == view.status, label)
                let last = try History.list(reading, of: ref).compactMap(\.balance).last
                #expect(last == view.balance, "\(view.number ?? "") \(label)")
            }
        }
    }

    /// What counts twice, by the rows alone, is found: nothing is passed over.
    private func checkFindings(
        _ found: [Billing.Finding], _ business: RandomBusiness, on device: Int, _ label: Comment
    ) throws {
        var names: [String: Set<String>] = [:]
        for finding in found {
            switch finding {
            case .paymentOverspent(let payment, _, _, _):
                names["overspent", default: []].insert(payment)
            case .paymentHalfReversed(let payment, _):
                names["half reversed", default: []].insert(payment)
            case .creditedBeyond(let number, _): names["beyond", default: []].insert(number)
            case .replacedTwice(let number, _): names["replaced", default: []].insert(number)
            case .depositTwice(let number, _), .depositTakenBack(let number, _, _):
                names["deducted", default: []].insert(number)
            case .issuedTwice(let invoice, _): names["issued", default: []].insert(invoice)
            default: Issue.record("\(finding) \(label)")
            }
        }
        try business.office.read(on: device) { reading in
            func check(_ kind: String, _ sql: String) throws {
                for name in try reading.rows(sql).compactMap({ $0.text("name") }) {
                    #expect(names[kind, default: []].contains(name), "\(kind) \(label)")
                }
            }
            try check(
                "overspent",
                """
                SELECT p.id AS name FROM payments p JOIN allocations a ON a.payment = p.id
                WHERE p.amount > 0 AND NOT EXISTS (
                    SELECT 1 FROM payments r WHERE r.reverses = p.id)
                GROUP BY p.id HAVING sum(a.amount) > p.amount
                """)
            try check(
                "half reversed",
                """
                SELECT p.id AS name FROM payments p JOIN payments r ON r.reverses = p.id
                JOIN allocations a ON a.payment IN (p.id, r.id)
                WHERE p.amount > 0 GROUP BY p.id, a.document HAVING sum(a.amount) <> 0
                """)
            try check(
                "beyond",
                """
                SELECT d.number AS name FROM documents d JOIN documents c ON c.corrects = d.id
                WHERE c.kind IN ('381', '503') GROUP BY d.id HAVING -sum(c.gross) > d.gross
                """)
            let untouched = """
                NOT EXISTS (SELECT 1 FROM documents t WHERE t.corrects = d.id)
                """
            try check(
                "replaced",
                """
                SELECT o.number AS name FROM documents d JOIN documents o ON o.id = d.corrects
                WHERE d.kind = '384' AND \(untouched) GROUP BY o.id HAVING count(*) > 1
                """)
            try check(
                "deducted",
                """
                SELECT o.number AS name FROM documents d
                JOIN deposits x ON x.invoice = d.invoice JOIN documents o ON o.id = x.document
                WHERE x.hidden = 0 AND d.kind IN ('380', '384') AND \(untouched)
                GROUP BY o.id HAVING count(*) > 1
                """)
            try check(
                "deducted",
                """
                SELECT o.number AS name FROM documents d
                JOIN deposits x ON x.invoice = d.invoice JOIN documents o ON o.id = x.document
                JOIN documents c ON c.corrects = o.id
                WHERE x.hidden = 0 AND d.kind IN ('380', '384') AND \(untouched)
                GROUP BY d.id, o.id HAVING -sum(c.gross) = o.gross
                """)
            try check(
                "issued",
                """
                SELECT d.invoice AS name FROM documents d WHERE \(untouched)
                GROUP BY d.invoice HAVING count(*) > 1
                """)
        }
    }

    private func findings(
        _ business: RandomBusiness, on device: Int
    ) throws -> [Billing.Finding] {
        try business.office.read(on: device) { try Findings.list($0) }
    }

    @Test(arguments: 1...8)
    func `alone, nothing that is done ever wants a decision`(seed: Int) throws {
        var business = try RandomBusiness(devices: 1, seed: UInt64(seed))
        for step in 1...120 {
            try business.act()
            guard step.isMultiple(of: 6) else { continue }
            let label: Comment = "seed \(seed)\n\(business.log.joined(separator: "\n"))"
            try checkAnswers(business, on: 0, asOf: RandomBusiness.end, label)
            try checkAnswers(business, on: 0, asOf: business.day, label)
            try checkDocuments(business, on: 0, label)
            let found = try findings(business, on: 0)
            try #require(found.isEmpty, "\(found) \(label)")
            try checkFindings([], business, on: 0, label)
        }
        // More acts are done than are refused, or this says little.
        #expect(business.refusals < 60, "seed \(seed)")
    }

    @Test(arguments: 1...12)
    func `apart, all answers agree once all have met`(seed: Int) throws {
        let devices = 2 + seed % 2
        var business = try RandomBusiness(devices: devices, seed: UInt64(seed))
        for _ in 1...8 {
            for _ in 1...16 { try business.act() }
            try business.settle()
            let label: Comment = "seed \(seed)\n\(business.log.joined(separator: "\n"))"
            let found = try findings(business, on: 0)
            for device in 0..<devices {
                try checkAnswers(business, on: device, asOf: RandomBusiness.end, label)
                try checkAnswers(business, on: device, asOf: business.day, label)
                #expect(try findings(business, on: device) == found, label)
            }
            try checkDocuments(business, on: 0, label)
            try checkFindings(found, business, on: 0, label)
        }
    }
}
