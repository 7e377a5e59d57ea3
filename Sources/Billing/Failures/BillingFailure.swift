package import Convergence

/// Why the business refuses: each case carries the data of its message, and the words live in the
/// command line.
///
/// Whoever catches one may count on nothing having been written.
package enum BillingFailure: Error, Equatable, Sendable {
    // What was typed.

    /// A number cannot be read, or is out of the range of its field.
    case number(NumberField, text: String, NumberFault)
    /// A date cannot be read as a whole.
    case date(text: String, DateFault)
    /// Terms of payment cannot be read; `at` is the first character that was not understood.
    case terms(text: String, at: Int)
    /// No currency that this program knows.
    case currency(text: String)
    /// No country of ISO 3166-1.
    case country(text: String)
    /// A SIREN, VAT id, IBAN, BIC or mail address that cannot be right.
    case identifier(IdentifierKind, text: String, IdentifierFault)
    /// A word that its field does not know.
    case choice(ChoiceFault)
    /// A name or another text that cannot be kept.
    case text(TextField, TextFault)
    /// The text of a `--line` cannot be read.
    case line(text: String, LineFault)
    /// A VAT category that EN 16931 does not have.
    case category(text: String)
    /// A rate other than zero in a category that has none.
    case rateWithoutVAT(category: VATCategory, rate: Decimal)
    /// An allowance or a charge of the whole under a VAT that no line has.
    case adjustmentOfNoLine(category: VATCategory, rate: Decimal)
    /// Conditions, an order or a grouping of a list that cannot be read.
    case query(QueryFault)
    /// A draft file is no JSON, or not of the shape of a draft.
    case draftFile(DraftFault)
    /// An amount that a computation would carry beyond `Currency.minorMax`.
    case amountTooLarge
    /// Parts of a sum that cannot be made: no parts, or a share that is not positive.
    case shares

    // What was named.

    /// Nothing has that name; nothing was changed. `suggestions` are the nearest, best first.
    case notFound(EntityKind, text: String, suggestions: [Candidate])
    /// A thing of that name is there already.
    case exists(EntityKind, Candidate)
    /// Several things have that name or begin with it.
    case ambiguous(EntityKind, text: String, candidates: [Candidate])
    /// The thing was removed; it can be restored.
    case removed(EntityKind, Candidate)
    /// Only a removed thing can be restored.
    case notRemoved(EntityKind, Candidate)

    // What the state of the books does not allow.

    /// The books say nothing about themselves yet: they were joined and not yet synced.
    case booksEmpty
    /// An edit that changes nothing.
    case nothingToChange
    /// A draft is needed; this one was issued under that number.
    case alreadyIssued(number: String)
    /// A draft without a line cannot be issued.
    case noLines
    /// An issued invoice is needed; this is a draft.
    case notIssued(RowID)
    /// The draft has no line of this number; there are so many.
    case noSuchLine(number: Int, count: Int)
    /// A payment must be more than nothing.
    case paymentNotPositive(text: String)
    /// The use of a package must be a whole number other than zero, within a billion.
    case unitsOutOfRange(text: String)
    /// A value of a row is not of the shape that this program writes.
    case damaged(table: String, row: String, field: String)
    /// The issued content is larger than a document can hold.
    case contentTooLarge(bytes: Int, limit: Int)

    // Issuing.

    /// Mandatory content is missing, in books of a country that demands it.
    case incomplete([Gap])
    /// Nobody sees to the invoice: neither it, nor its client, nor the books name a person.
    case noOwner(invoice: String)
    /// This writer has no series: it must continue or open one. `known` are the open series.
    case noSeries(known: [SeriesClaim])
    /// This writer has several open series: one must be named.
    case severalSeries([String])
    /// The series is another writer's, or is closed or claimed twice.
    case seriesNotOurs(SeriesClaim)
    /// No series has that name.
    case seriesUnknown(name: String, known: [String])
    /// A series cannot have that name: letters, digits and `+ - _ /`, at most 20 of them.
    case seriesName(text: String)
    /// A series of that name exists already.
    case seriesExists(SeriesClaim)
    /// The number given as the last one is below one that the books hold.
    case lastNumberTooLow(series: String, given: Int64, known: Int64)
    /// The date lies before the last document of the series.
    case dateGoesBack(series: String, date: CivilDate, lastNumber: String, lastDate: CivilDate)
    /// Without `--on`: today lies too far from the newest date that the books have shown.
    case implausibleToday(today: CivilDate, newest: CivilDate)
    /// The due date lies before the date of issue.
    case dueBeforeIssue(due: CivilDate, date: CivilDate)

    /// A credit note and what was replaced cannot be taken back themselves.
    case notCreditable(number: String, DocumentKind)
    /// A line is named twice.
    case lineTwice(number: Int)
    /// A credit of more than is left of the document, or of what stood under one VAT; `open` is what is
    /// left of all of it.
    case creditTooLarge(number: String, open: Int64, currency: Currency)
    /// Nothing tells which VAT an amount that is credited without it is under; the document has lines
    /// of these rates, the lowest first.
    case creditRate(number: String, amount: String, rates: [Decimal])
    /// What corrects a document is its client's, and in its currency.
    case correctsElsewhere(number: String)
    /// Only a deposit invoice is deducted.
    case notADeposit(number: String)
    /// Nothing is left of a deposit, or not what the draft deducts, or `final` deducts it already.
    case depositGone(number: String, final: String?)
    /// Only an invoice deducts deposits.
    case deductsNothing(DocumentKind)
    /// There is no invoice of the client to repeat.
    case nothingIssued(client: String)

    /// Something cannot have happened with a document before it was issued.
    case beforeIssue(number: String, date: CivilDate, issued: CivilDate)
    /// Nothing is left of a payment to be allocated or receipted.
    case nothingToAllocate(payment: String)
    /// A period that ends before it begins.
    case periodBackwards(from: CivilDate, to: CivilDate)
    /// What a draft says of the days of its supply ends before it begins: of a line by its number,
    /// counted from 1, or of the whole.
    case supplyBackwards(line: Int?, from: CivilDate, to: CivilDate)
    /// More time was given until a day before the one on which it was given.
    case extensionEnded(until: CivilDate, date: CivilDate)
    /// Nothing was paid of a bill that could be taken back.
    case notPaid(bill: String)
    /// A view lists something that this program does not know.
    case viewOfNewer(name: String, noun: String)
    /// A payment cannot have been taken back before it was made.
    case beforePayment(payment: String, date: CivilDate, paid: CivilDate)
    /// A payment was taken back already, or takes one back itself.
    case alreadyReversed(payment: String)
    /// An invoice of another client or currency, or the same one twice.
    case allocationElsewhere(number: String)
    /// More than is open of the invoice, or left of the payment.
    case allocationTooLarge(number: String, open: Int64, currency: Currency)
    /// The payment with this reference, day and amount was entered before.
    case paymentKnown(id: String)
    /// A reference names no invoice, or several; `candidates` are those, or the ones of which just so
    /// much is open.
    case paymentUnmatched(reference: String, candidates: [Candidate])
    /// Nothing is open of it that could be collected in euros.
    case nothingToDebit(number: String)
    /// A bank was asked for it already.
    case alreadyDebited(number: String, date: CivilDate)
    /// Something that a direct debit takes is not there, of the books or of a client.
    case debitLacks(DebitGap, client: String)
    /// A mandate counts from the day on which it was signed, and is void when it was not used for long.
    case mandateVoid(mandate: String, client: String, from: CivilDate, to: CivilDate)
    /// Nothing is collected on a day that is past.
    case debitPast(date: CivilDate)
    /// More than the client has as credit.
    case refundTooLarge(open: Int64, currency: Currency)
    /// The table of rates says nothing of a day.
    case rateMissing(name: String, day: CivilDate)
    /// Neither the law nor a contract gives a penalty for this client.
    case noPenaltyAgreed(client: String)
    /// A year is archived once it is over.
    case yearOpen(year: Int)

    // Conflicts between a draft and what was issued.

    /// No conflict has that id now: it was settled, or has changed since it was listed.
    case conflictGone(id: String)
    /// What was issued is not altered: the remedy is a credit note.
    case issuedIsFrozen(number: String)
}
