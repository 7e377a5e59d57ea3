import Convergence
import Replication

/// What a document adds to the books, so that every euro of turnover and VAT counts once.
enum Counting {
    /// The document's groups less those of the deposits that it deducts, which counted with their own
    /// invoices, and less what a document counted that this one replaces.
    static func groups(
        _ totals: Totals, _ content: DraftContent, replaces origin: Invoices.Origin?
    ) -> [VATGroup] {
        var groups = totals.groups
        for deposit in content.deposits {
            for group in deposit.groups { groups.add(group.negated) }
        }
        if content.kind == .corrective, let origin {
            for group in Self.groups(origin.totals, origin.content, replaces: nil) {
                groups.add(group.negated)
            }
        }
        return groups
    }
}

/// An amount that a client still owes on another invoice, as a document tells it.
struct CarriedBalance: Equatable {
    let number: String
    let date: CivilDate
    let due: CivilDate?
    let balance: Int64

    var contentJSON: JSON {
        .members([
            "number": .string(number), "date": .string(date.iso), "due": .text(due?.iso),
            "balance": .integer(balance),
        ])
    }

    /// What the client owes besides at a date, in the currency of the document; nothing unless the
    /// draft asks for it.
    static func list(
        _ reading: Reading, _ content: DraftContent, client: String, besides document: String?,
        on date: CivilDate
    ) throws -> [CarriedBalance] {
        guard content.details[.carry] == "yes", let client = RowID(client) else { return [] }
        return try Ledger.owed(reading, asOf: date, client: client).clients
            .filter { $0.sums.currency == content.currency }.flatMap(\.invoices)
            .filter { $0.balance > 0 }.map {
                CarriedBalance(
                    number: $0.number, date: $0.issued, due: $0.due, balance: $0.balance)
            }
    }
}

/// How a document says that it is to be paid.
enum PaymentInstructions {
    /// `reference method payee wallet link holder iban bic`: bank details only where the rule of the
    /// client, or of the business, lets them stand. To whom a cheque is made out is said to those who
    /// pay by cheque, and to those who get no bank details.
    static func members(
        _ reading: Reading, _ content: DraftContent, seller: Settings, buyer: ClientView,
        number: String, on date: CivilDate
    ) throws -> [JSON.Member] {
        guard !content.kind.isCredit else { return [] }
        var members = [JSON.Member("reference", .string(number))]
        if let method = content.details[.method] {
            members.append(JSON.Member("method", .string(method)))
        }
        let isShown = try isShown(reading, seller: seller, buyer: buyer, on: date)
        if isCheque(content.details[.method]) {
            members.append(JSON.Member("payee", .string(seller.details["payee"] ?? seller.name)))
        } else if !isShown, let payee = seller.details["payee"] {
            members.append(JSON.Member("payee", .string(payee)))
        }
        if let wallet = seller.details["wallet"] {
            members.append(JSON.Member("wallet", .string(wallet)))
        }
        if let link = content.details[.link] ?? seller.details["link"] {
            members.append(JSON.Member("link", .string(link)))
        }
        guard isShown, let account = try Accounts.list(reading).first else { return members }
        members.append(JSON.Member("holder", .string(account.holder ?? seller.name)))
        members.append(JSON.Member("iban", .string(account.iban)))
        if let bic = account.bic { members.append(JSON.Member("bic", .string(bic))) }
        return members
    }

    private static func isCheque(_ method: String?) -> Bool {
        method.map { (try? PaymentMethod($0)) == .cheque } ?? false
    }

    /// Whether the bank details stand on a client's documents at a date.
    static func isShown(
        _ reading: Reading, seller: Settings, buyer: ClientView, on date: CivilDate
    ) throws -> Bool {
        let rule = buyer[.showIban].flatMap { try? AccountRule($0) } ?? seller.accountRule
        switch rule {
        case .always: return true
        case .never: return false
        case .after(let count):
            guard let client = RowID(buyer.id) else { return false }
            let paid = try Invoices.list(reading, status: .paid, client: client, asOf: date)
            return paid.count >= count
        }
    }
}
