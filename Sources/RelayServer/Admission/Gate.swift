import Crypto
package import GRDB
package import Wire

/// Who may use a mailbox: devices with a token, and devices that prove that they hold the books' key.
package struct Gate: Sendable {
    private let secret: EnrolmentSecret
    private let isOpen: Bool
    private let random: @Sendable (Int) -> [UInt8]

    /// A gate that takes enrolments of `secret`; an open one takes any books.
    package init(
        secret: EnrolmentSecret, isOpen: Bool, random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.secret = secret
        self.isOpen = isOpen
        self.random = random
    }

    /// What a device asks when it wants to be admitted.
    package struct Request: Sendable {
        /// Its proof.
        package let admission: Admission
        /// What it calls itself.
        package let name: String?
        /// The right to bring new books.
        package let enrolment: String?

        /// Makes a request.
        package init(admission: Admission, name: String?, enrolment: String?) {
            self.admission = admission
            self.name = name
            self.enrolment = enrolment
        }
    }

    /// The mailbox that a token opens, and whose token it is; throws the ``Refusal`` when it opens
    /// none.
    package func mailbox(
        of visitor: Visitor, in database: Database
    ) throws -> (mailbox: Mailbox, device: DeviceTable.Device) {
        let devices = DeviceTable(database)
        guard let found = try devices.mailbox(of: visitor.books, token: visitor.tokenHash) else {
            throw Refused(.token)
        }
        guard found.device.revoked == nil else { throw Refused(.revoked) }
        return found
    }

    /// Admits a device whose proof was checked, and makes the mailbox of books that come for the
    /// first time; throws the refusal otherwise, having changed nothing.
    package func admit(
        _ request: Request, to books: BooksID, at time: Int64, in database: Database
    ) throws {
        let devices = DeviceTable(database)
        let token = request.admission.tokenHash
        if let mailbox = try Mailbox(database, books: books) {
            let known = try devices.mailbox(of: books, token: token)
            guard known?.device.revoked == nil else { throw Refused(.revoked) }
            guard try devices.admit(to: mailbox, token: token, name: request.name, at: time) else {
                throw Refused(.quota)
            }
            return
        }
        let enrolment = request.enrolment.flatMap { Enrolment(text: $0, secret: secret) }
        guard isOpen || enrolment != nil else { throw Refused(.enrolment) }
        if !isOpen, let enrolment, try devices.mailbox(enrolledBy: enrolment.nonce) != nil {
            throw Refused(.enrolment)
        }
        let mailbox = try Mailbox(
            creating: books, generation: Generation(checked: random(Generation.byteCount)),
            at: time, in: database)
        if let enrolment, try devices.mailbox(enrolledBy: enrolment.nonce) == nil {
            try devices.bind(enrolment.nonce, to: mailbox, at: time)
        }
        _ = try devices.admit(to: mailbox, token: token, name: request.name, at: time)
    }
}

/// A request that the relay does not take, with what the client is told.
package struct Refused: Error, Hashable, Sendable {
    /// Why.
    package let code: Refusal.Code

    /// Refuses for this reason.
    package init(_ code: Refusal.Code) { self.code = code }
}
