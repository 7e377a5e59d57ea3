import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// People with a device each who do anything that the program offers with the same few clients, and
/// meet now and then.
struct RandomBusiness {
    let office: Office
    let clients: [RowID]
    private(set) var day: CivilDate
    /// What was done, for whoever reads a failure.
    private(set) var log: [String] = []
    /// How many acts the program refused.
    private(set) var refusals = 0
    private var random: SeededRandom

    /// A last day: after everything.
    static let end = CivilDate(iso: "2029-12-31") ?? .last

    init(devices: Int, seed: UInt64) throws {
        office = try Office(devices: devices, seed: seed)
        clients = try ["Blum", "Lune"].map { [office] in try office.client($0) }
        day = try Office.moment("2026-03-02").today
        random = SeededRandom(seed: seed)
        for device in 0..<devices {
            let moment = moment
            _ = try office.write(on: device) {
                try SeriesBook.open(
                    $0, name: Self.series(of: device), reason: "own", at: moment)
            }
        }
        if devices > 1 { try office.fleet.settle() }
    }

    private static func series(of device: Int) -> String { ["A", "B", "C"][device] }

    private var moment: Moment {
        Moment(today: day, milliseconds: Int64(day.day) * 86_400_000 + 43_200_000)
    }

    /// All devices have met.
    mutating func settle() throws {
        log.append("-- all meet")
        try office.fleet.settle()
    }

    /// Somebody does something; what the program refuses changes nothing.
    mutating func act() throws {
        if random.happens(30) { day = day.adding(days: random.pick(1...4)) ?? day }
        let device = random.pick(0...office.fleet.devices.count - 1)
        let deeds: [(String, Int, (inout RandomBusiness, Int) throws -> String)] = [
            ("draft", 20, { try $0.draft(on: $1) }),
            ("issue", 30, { try $0.issue(on: $1) }),
            ("credit", 12, { try $0.credit(on: $1) }),
            ("correct", 6, { try $0.correct(on: $1) }),
            ("pay", 14, { try $0.pay(on: $1) }),
            ("receive", 8, { try $0.receive(on: $1) }),
            ("allocate", 8, { try $0.allocate(on: $1) }),
            ("reverse", 6, { try $0.reverse(on: $1) }),
            ("refund", 4, { try $0.refund(on: $1) }),
            ("give up", 3, { try $0.giveUp(on: $1) }),
        ]
        var place = random.pick(0...deeds.reduce(-1) { $0 + $1.1 })
        for (name, weight, deed) in deeds {
            place -= weight
            guard place < 0 else { continue }
            do {
                let done = try deed(&self, device)
                log.append("\(day.iso) \(Self.series(of: device)) \(name) \(done)")
            } catch let failure as BillingFailure {
                refusals += 1
                log.append("\(day.iso) \(Self.series(of: device)) \(name) refused: \(failure)")
            }
            return
        }
    }

    // MARK: - What is there

    /// An issued document, as a device sees it.
    private struct Document {
        let ref: InvoiceRef
        let number: String
        let total: Int64
    }

    private func documents(
        on device: Int, _ condition: String = "1", _ arguments: [Value] = []
    ) throws -> [Document] {
        try office.read(on: device) { reading in
            try reading.rows(
                """
                SELECT id, invoice, number, total FROM documents
                WHERE hidden = 0 AND \(condition) ORDER BY number
                """, arguments
            ).compactMap { record in
                guard let invoice = record.text("invoice").flatMap({ RowID($0) }),
                    let document = record.text("id").flatMap({ RowID($0) })
                else { return nil }
                return Document(
                    ref: InvoiceRef(invoice: invoice, document: document),
                    number: record.text("number") ?? "", total: record.integer("total") ?? 0)
            }
        }
    }

    private mutating func one<Thing>(_ things: [Thing]) throws -> Thing {
        guard !things.isEmpty else { throw BillingFailure.nothingToChange }
        return things[random.pick(0...things.count - 1)]
    }

    private mutating func amount(to most: Int64) -> String {
        let most = max(1, Int(most))
        return Currency.eur.text(Int64(random.happens(40) ? most : random.pick(1...most)))
    }

    private mutating func line() throws -> DraftContent.Line {
        let rate = random.pick(["20", "5.5", "0"])
        let line =
            "Work; \(random.pick(1...4)); \(random.pick(1...40)).\(random.pick(10...99)); \(rate)"
        return try DraftContent.Line(syntax: line)
    }

    // MARK: - What is done

    private mutating func draft(on device: Int) throws -> String {
        let client = random.pick(clients)
        var content = DraftContent(currency: .eur, lines: [try line()])
        let deposits = try documents(
            on: device, "kind = '386' AND client = ?", [.text(client.text)])
        if random.happens(25) {
            content.kind = .deposit
        } else {
            if random.happens(40) { content.lines.append(try line()) }
            if random.happens(20) {
                content.adjustments = [
                    DraftContent.Adjustment(
                        charge: false, percent: try Decimal("10", as: .rate), category: nil,
                        rate: nil)
                ]
            }
        }
        let deducts = content.kind == .invoice && !deposits.isEmpty && random.happens(60)
        let deposit = deducts ? try one(deposits) : nil
        let moment = moment
        let made = content
        let view = try office.write(on: device) {
            try Invoices.new($0, client: client, made, due: nil, at: moment)
        }
        guard let deposit, let id = RowID(view.id) else { return "\(content.kind)" }
        // Beside the deposit something is left to be paid, mostly.
        let more = try DraftContent.Line(syntax: "Rest; 1; 200; 20")
        _ = try office.write(on: device) {
            try Invoices.edit(
                $0, id,
                InvoiceEdit(append: [more], deduct: [try Invoices.deposit($0, deposit.ref)]))
        }
        return "final of \(deposit.number)"
    }

    private mutating func issue(on device: Int) throws -> String {
        let drafts = try office.read(on: device) { reading in
            try reading.rows(
                """
                SELECT id FROM invoices WHERE hidden = 0 AND NOT EXISTS (
                    SELECT 1 FROM documents d WHERE d.invoice = invoices.id) ORDER BY created, id
                """
            ).compactMap { $0.text("id").flatMap { RowID($0) } }
        }
        return try issue(try one(drafts), on: device)
    }

    private func issue(_ draft: RowID, on device: Int) throws -> String {
        let moment = moment
        return try office.write(on: device) {
            try Invoices.issue(
                $0, draft, on: moment.today, series: Self.series(of: device), at: moment)
        }.invoice.number ?? ""
    }

    private mutating func credit(on device: Int) throws -> String {
        let document = try one(try documents(on: device))
        let part: Invoices.CreditPart =
            switch random.pick(0...3) {
            case 0: .net(amount(to: max(1, abs(document.total) / 2)), rate: nil)
            case 1: .lines([(number: 1, quantity: random.happens(50) ? "1" : nil)])
            default: .whole
            }
        let moment = moment
        let view = try office.write(on: device) {
            try Invoices.credit($0, document.ref, part, reason: nil, at: moment)
        }
        guard let id = RowID(view.id), random.happens(75) else {
            return "draft, \(document.number)"
        }
        return "\(document.number) by \(try issue(id, on: device))"
    }

    private mutating func correct(on device: Int) throws -> String {
        let document = try one(try documents(on: device))
        let moment = moment
        let view = try office.write(on: device) {
            try Invoices.correct($0, document.ref, at: moment)
        }
        guard let id = RowID(view.id) else { return "" }
        if random.happens(60) {
            let line = try line()
            _ = try office.write(on: device) {
                try Invoices.edit($0, id, InvoiceEdit(replace: [1: line]))
            }
        }
        guard random.happens(75) else { return "draft, \(document.number)" }
        return "\(document.number) by \(try issue(id, on: device))"
    }

    private mutating func pay(on device: Int) throws -> String {
        let document = try one(try documents(on: device, "total > 0"))
        let (amount, moment) = (amount(to: document.total), moment)
        _ = try office.write(on: device) {
            try Payments.pay(
                $0, document.ref, amount: amount, on: moment.today, at: moment)
        }
        return "\(document.number) \(amount)"
    }

    private mutating func receive(on device: Int) throws -> String {
        let (client, amount, moment) = (random.pick(clients), amount(to: 20_000), moment)
        let isOldestFirst = random.happens(50)
        _ = try office.write(on: device) {
            try Payments.add(
                $0, client: client, amount: amount, currency: nil, for: [],
                oldestFirst: isOldestFirst, on: moment.today, at: moment)
        }
        return amount
    }

    private func payments(on device: Int) throws -> [RowID] {
        try office.read(on: device) { try Payments.list($0) }.compactMap { RowID($0.id) }
    }

    private mutating func allocate(on device: Int) throws -> String {
        let payment = try one(try payments(on: device))
        let document = try one(try documents(on: device, "total > 0"))
        let amount = random.happens(50) ? amount(to: document.total) : nil
        _ = try office.write(on: device) {
            try Payments.allocate(
                $0, payment, to: [AllocationInput(invoice: document.ref, amount: amount)])
        }
        return "\(payment.text.prefix(6)) to \(document.number) \(amount ?? "all")"
    }

    private mutating func reverse(on device: Int) throws -> String {
        let (payment, moment) = (try one(try payments(on: device)), moment)
        _ = try office.write(on: device) {
            try Payments.reverse($0, payment, reason: nil, on: nil, at: moment)
        }
        return "\(payment.text.prefix(6))"
    }

    private mutating func refund(on device: Int) throws -> String {
        let (client, amount, moment) = (random.pick(clients), amount(to: 5_000), moment)
        _ = try office.write(on: device) {
            try Payments.refund(
                $0, client: client, amount: amount, currency: nil, on: moment.today, at: moment)
        }
        return amount
    }

    private mutating func giveUp(on device: Int) throws -> String {
        let (document, moment) = (try one(try documents(on: device, "total > 0")), moment)
        _ = try office.write(on: device) {
            try Events.add($0, document.ref, .writtenOff, on: moment.today, at: moment)
        }
        return document.number
    }
}
