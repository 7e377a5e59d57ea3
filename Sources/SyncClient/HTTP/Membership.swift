package import Replication
package import Wire

/// How a device shows a relay that it may use its books' mailbox.
package protocol Membership {
    /// The books.
    var books: BooksID { get }
    /// The token that the relay knows, as far as this device can tell.
    func token() throws -> [UInt8]
    /// A new token with its proof: the relay does not know the old one.
    func renewal() throws -> (token: [UInt8], request: AdmissionRequest)
}

/// What a device sends to be admitted.
package struct AdmissionRequest: Hashable, Sendable {
    /// The proof that it holds the books' key.
    package let admission: Admission
    /// What the device is called.
    package let name: String?
    /// The right to bring these books, if the device holds one.
    package let enrolment: String?

    /// Makes a request.
    package init(admission: Admission, name: String?, enrolment: String?) {
        self.admission = admission
        self.name = name
        self.enrolment = enrolment
    }
}

/// A replica's membership at one peer.
package struct ReplicaMembership: Membership {
    private let replica: Replica
    private let peer: Peer
    private let enrolment: String?

    /// A membership; `enrolment` is one that the user typed, before it travels in the books.
    package init(_ replica: Replica, _ peer: Peer, enrolment: String? = nil) {
        self.replica = replica
        self.peer = peer
        self.enrolment = enrolment
    }

    package var books: BooksID { replica.books }

    package func token() throws -> [UInt8] { try replica.token(for: peer) }

    package func renewal() throws -> (token: [UInt8], request: AdmissionRequest) {
        let token = try replica.renewToken(for: peer)
        let name = try replica.device
        return (
            token,
            AdmissionRequest(
                admission: try replica.admission(token: token), name: name.isEmpty ? nil : name,
                enrolment: try enrolment ?? replica.enrolment(at: peer.address))
        )
    }
}
