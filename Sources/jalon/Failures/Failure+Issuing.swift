import Billing

extension Failure {
    /// Why a draft was not issued, or a series not opened.
    static func issuing(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .incomplete(let gaps):
            return Failure(
                "the invoice lacks \(gaps.count == 1 ? "something" : "things") the law asks for;"
                    + " it was not issued.",
                why: gaps.map(\.words), tries: gaps.map(\.command), status: .failed)
        case .noOwner(let invoice):
            return Failure(
                "nobody sees to this invoice; it was not issued.",
                why: "every invoice has an owner, a person who sees that it is paid",
                tries: [
                    "jalon me set --owner NAME   (for this one and all others)",
                    "jalon invoice issue \(invoice) --owner NAME",
                ], status: .failed)
        case .noSeries(let known): return noSeries(known)
        case .severalSeries(let names):
            return Failure(
                "this device has several number series; one must be named.",
                tries: names.map { "add --series \($0)" }, status: .failed)
        case .seriesNotOurs(let claim): return notOurs(claim)
        case .seriesUnknown(let name, let known):
            return Failure(
                "there is no number series “\(name)”.",
                why: known.isEmpty ? [] : ["there are \(known.joined(separator: ", "))"],
                tries: ["jalon series list", "jalon series open \(name) --reason REASON"],
                status: .badInput)
        case .seriesName(let text):
            return Failure(
                "“\(text)” cannot be the name of a series.",
                why: "it takes up to 20 letters, digits and + - _ /",
                tries: ["jalon series open F2 --reason REASON"], status: .badInput)
        case .seriesExists(let claim):
            return Failure(
                "there is a series “\(claim.name)” already.",
                tries: ["jalon series list", "jalon series continue \(claim.name)"],
                status: .failed)
        default: return dating(failure) ?? correcting(failure) ?? paying(failure)
        }
    }

    /// Days that do not go together.
    private static func dating(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .lastNumberTooLow(let series, let given, let known):
            Failure(
                "\(given) cannot be the last number of series \(series).",
                why: "the books hold its number \(known)", status: .badInput)
        case .dateGoesBack(let series, let date, let lastNumber, let lastDate):
            Failure(
                "\(date.iso) lies before the last invoice of series \(series).",
                why: "\(lastNumber) was issued on \(lastDate.iso), and numbers follow the dates",
                tries: ["add --on \(lastDate.iso) or later"], status: .badInput)
        case .implausibleToday(let today, let newest):
            Failure(
                "this machine says that today is \(today.iso); is that right?",
                why: "the newest date in the books is \(newest.iso)",
                tries: ["add --on DATE", "correct the clock with timedatectl"], status: .failed)
        case .dueBeforeIssue(let due, let date):
            Failure(
                "the due date \(due.iso) lies before the date of issue \(date.iso).",
                tries: ["jalon invoice edit INVOICE --due DATE"], status: .badInput)
        case .beforeIssue(let number, let date, let issued):
            Failure(
                "\(date.iso) lies before \(number) was issued.",
                why: "it was issued on \(issued.iso)",
                tries: ["--on with a day from then on, as in --on \(issued.iso)"],
                status: .badInput)
        case .periodBackwards(let from, let to):
            Failure(
                "the days from \(from.iso) to \(to.iso) are none.",
                why: "they end before they begin",
                tries: ["--from \(to.iso) --to \(from.iso)"], status: .badInput)
        case .supplyBackwards(let line, let from, let to):
            Failure(
                "\(line.map { "line \($0)" } ?? "the supply") ends on \(to.iso), before it begins on"
                    + " \(from.iso).",
                tries: [
                    line == nil
                        ? "--from-day \(to.iso) --to-day \(from.iso)"
                        : "from=\(to.iso); to=\(from.iso) within the line"
                ], status: .badInput)
        case .extensionEnded(let until, let date):
            Failure(
                "more time until \(until.iso) is none.",
                why: "it is given on \(date.iso); --on names another day",
                tries: ["--to with a later day"], status: .badInput)
        case .beforePayment(let payment, let date, let paid):
            Failure(
                "\(date.iso) lies before payment \(payment) was made.",
                why: "it was made on \(paid.iso)",
                tries: ["--on with a day from then on, as in --on \(paid.iso)"],
                status: .badInput)
        default: nil
        }
    }

    private static func correcting(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .notCreditable(let number, let kind):
            Failure(
                "\(number) cannot be corrected like this.",
                why: kind.isCredit
                    ? "it is a credit note itself" : "it was credited or replaced, or is a deposit",
                tries: ["jalon invoice show \(number)"], status: .failed)
        case .lineTwice(let number):
            Failure(
                "line \(number) is named twice.", tries: ["name each line once"],
                status: .badInput)
        case .creditTooLarge(let number, let open, let currency):
            Failure(
                "that is more than is left of \(number), or of what stood there under one VAT rate.",
                why:
                    "\(currency.text(open)) \(currency.code) of it, VAT included, can still be credited",
                tries: [
                    "jalon invoice show \(number)",
                    "jalon invoice credit \(number) --net AMOUNT --rate RATE",
                ], status: .failed)
        case .creditRate(let number, let amount, let rates):
            Failure(
                "“\(amount)” does not say which VAT of \(number) it is under.",
                why: "its lines are under "
                    + rates.map { "\($0.text) %" }.joined(separator: ", "),
                tries: rates.map {
                    "jalon invoice credit \(number) --net \(amount) --rate \($0.text)"
                }
                    + ["jalon invoice credit \(number) --line N, for one of its lines"],
                status: .badInput)
        case .correctsElsewhere(let number):
            Failure(
                "what corrects \(number) is of its client and in its currency.",
                why: "else the money would stand with two clients",
                tries: [
                    "jalon invoice edit INVOICE --client CLIENT, with the client of \(number)",
                    "jalon invoice credit \(number), and an invoice of its own for the other",
                ], status: .failed)
        case .notADeposit(let number):
            Failure(
                "\(number) is no deposit invoice.",
                tries: ["jalon invoice list", "jalon invoice new CLIENT --deposit --line …"],
                status: .badInput)
        case .depositGone(let number, let final):
            Failure(
                "the deposit \(number) cannot be deducted or credited like this.",
                why: final.map { "\($0) deducts it already" }
                    ?? "it was credited since, or belongs to another client or currency",
                tries: [
                    final.map { "jalon invoice credit \($0), the whole of which frees the deposit" }
                        ?? "jalon invoice edit INVOICE --remove-deposits --deduct \(number)"
                ], status: .failed)
        case .deductsNothing(let kind):
            Failure("a \(kind.words) deducts no deposits.", status: .failed)
        case .nothingIssued:
            Failure(
                "nothing was issued for this client yet.",
                tries: [#"jalon invoice new CLIENT --line "Design; 3; 450.00; 20""#],
                status: .failed)
        default: nil
        }
    }

    private static func paying(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .notPaid(let bill):
            Failure(
                "nothing was paid of the bill \(bill) that could be taken back.",
                tries: ["jalon bill list"], status: .failed)
        case .viewOfNewer(let name, let noun):
            Failure(
                "the view “\(name)” lists each \(noun), which this jalon does not know.",
                why: "a newer one saved it", status: .failed)
        case .nothingToAllocate(let payment):
            Failure(
                "nothing is left of payment \(payment).", tries: ["jalon payment list"],
                status: .failed)
        case .alreadyReversed(let payment):
            Failure(
                "payment \(payment) was taken back, or takes one back itself.",
                tries: ["jalon payment list"], status: .failed)
        case .allocationElsewhere(let number):
            Failure(
                "\(number) cannot take this money.",
                why: "it is another client's, in another currency, or named twice",
                tries: ["jalon invoice show \(number)"], status: .badInput)
        case .allocationTooLarge(let number, let open, let currency):
            Failure(
                "that is more than can go to \(number).",
                why: "\(currency.text(open)) \(currency.code) can", status: .badInput)
        case .paymentKnown(let id):
            Failure(
                "this payment was entered before, as \(id).",
                why: "reference, day and amount are the same; nothing was changed",
                tries: ["jalon payment list", "jalon pay INVOICE AMOUNT, if it came twice"],
                status: .failed)
        case .paymentUnmatched(let reference, let candidates):
            Failure(
                "“\(reference)” does not say which invoice it pays.",
                why: candidates.isEmpty
                    ? "no number of an invoice is in it, and just so much is open of none"
                    : "it may be \(candidates.map { "\($0.label) of \($0.detail)" }.joined(separator: ", "))",
                tries: ["add --for \(candidates.first?.label ?? "INVOICE")"], status: .badInput)
        default: debiting(failure)
        }
    }

    private static func debiting(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .nothingToDebit(let number):
            Failure(
                "nothing can be collected of \(number).",
                why: "it is paid, a credit note, or not in euros",
                tries: ["jalon invoice show \(number)"], status: .failed)
        case .alreadyDebited(let number, let date):
            Failure(
                "your bank was asked for \(number) already, for \(date.iso).",
                why: "asked twice, the client may be debited twice",
                tries: ["jalon invoice log \(number)", "add --again, if it was refused"],
                status: .failed)
        case .debitLacks(let gap, let client):
            Failure(
                "\(client) lacks \(gap.words).", why: "no bank collects without it",
                tries: [gap.command(client)], status: .failed)
        case .mandateVoid(let mandate, let client, let from, let to):
            Failure(
                "the mandate \(mandate) of \(client) does not count on that day.",
                why: "it does from \(from.iso) to \(to.iso): unused for 36 months it is void",
                tries: [
                    "--on with a day in between",
                    "jalon client edit \"\(client)\" --mandate NEW --mandate-date DATE",
                ], status: .failed)
        case .debitPast(let date):
            Failure(
                "nothing is collected on \(date.iso): it is past.",
                tries: ["--on with a later day"],
                status: .badInput)
        case .refundTooLarge(let open, let currency):
            Failure(
                "that is more than the client has as credit.",
                why: "the credit is \(currency.text(open)) \(currency.code)",
                tries: ["jalon owed"], status: .failed)
        case .rateMissing(let name, let day):
            Failure(
                "the table of rates lacks \(name) on \(day.iso).",
                why: "no rate is used without its source",
                tries: [
                    "jalon rate add \(name) PERCENT --from \(day.iso) --to DATE --source TEXT"
                ], status: .failed)
        case .noPenaltyAgreed(let client):
            Failure(
                "nothing says what \(client) pays for being late.",
                why: "for consumers and abroad only the contract does",
                tries: ["jalon client edit CLIENT --penalty-rate PERCENT"], status: .failed)
        case .yearOpen(let year):
            Failure(
                "\(year) is not over.", why: "only a closed year is archived",
                tries: ["jalon archive \(year - 1)"], status: .failed)
        default: nil
        }
    }

    private static func noSeries(_ known: [SeriesClaim]) -> Failure {
        let others = known.map(\.name)
        var tries = others.map { "jalon series continue \($0)   (its old device is retired)" }
        let next = Self.freeSeries(besides: others)
        tries.append("jalon series open \(next) --reason REASON   (both devices go on)")
        return Failure(
            "this device has no number series yet; nothing was issued.",
            why: others.isEmpty
                ? "numbers come from a series that belongs to one device"
                : "series \(others.joined(separator: ", ")) belongs to another device or copy",
            tries: tries, status: .failed)
    }

    private static func notOurs(_ claim: SeriesClaim) -> Failure {
        let why =
            switch claim.state {
            case .closed: "it was closed"
            case .claimedTwice: "two devices claimed it without knowing of each other"
            case .open: "it belongs to another device, and each series has one"
            }
        return Failure(
            "this device cannot issue from series \(claim.name).", why: why,
            tries: [
                "jalon series list",
                "jalon series open \(freeSeries(besides: [claim.name])) --reason REASON",
            ], status: .failed)
    }

    private static func freeSeries(besides known: [String]) -> String {
        var number = 2
        while known.contains("F\(number)") { number += 1 }
        return known.isEmpty ? "F" : "F\(number)"
    }
}

extension DebitGap {
    /// What is missing.
    fileprivate var words: String {
        switch self {
        case .creditor: "a creditor identifier"
        case .account: "a bank account"
        case .mandate: "a mandate with the day on which it was signed"
        case .iban: "the account to collect from"
        }
    }

    /// The command that fills it.
    fileprivate func command(_ client: String) -> String {
        switch self {
        case .creditor: "jalon me set --creditor ID"
        case .account: "jalon me account add IBAN"
        case .mandate: "jalon client edit \"\(client)\" --mandate REFERENCE --mandate-date DATE"
        case .iban: "jalon client edit \"\(client)\" --iban IBAN"
        }
    }
}

extension Gap {
    /// What is missing.
    var words: String {
        switch self {
        case .sellerLegalForm: "your legal form, as in EI or SARL"
        case .sellerCapital: "the capital of your company"
        case .sellerAddress: "your address"
        case .sellerSiren: "your SIREN or SIRET"
        case .sellerRegistration: "where you are registered (RCS or RM)"
        case .sellerVatId: "your VAT id"
        case .penalty: "the penalty for paying late"
        case .discount: "the discount for paying early, or that there is none"
        case .nature: "what you supply: goods, services or both"
        case .exemption: "the legal reason of the exemption"
        case .buyerAddress: "the client's address"
        case .buyerSiren: "the client's SIREN"
        case .buyerVatId: "the client's VAT id"
        case .exchange: "the rate of exchange that its VAT in euros follows from"
        case .purchaseOrder: "the purchase order that the client asks for"
        }
    }

    /// The command that fills it.
    var command: String {
        let option = "--" + field.optionName
        return switch side {
        case .books: "jalon me set \(option) TEXT"
        case .client: "jalon client edit CLIENT \(option) TEXT"
        case .draft: "jalon invoice edit INVOICE \(option) TEXT"
        }
    }
}

extension String {
    /// `legalForm` as an option is written: `legal-form`.
    fileprivate var optionName: String {
        reduce(into: "") { result, letter in
            result += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
        }
    }
}
