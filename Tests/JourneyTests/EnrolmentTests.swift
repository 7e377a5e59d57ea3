import Testing

/// A relay that takes only books that are enrolled.
struct `Enrolment` {
    @Test func `one enrolment lets the books in, and any device brings them back`() {
        let relay = Relay(isOpen: false)
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.fails(["sync"], exit: 77, says: "enrolled")
        laptop.does("peer", "remove", "team")
        let enrolment = relay.enrolment()
        laptop.does(
            "peer", "add", "team", relay.url, "--enrolment", "-", input: enrolment + "\n")
        laptop.does("client", "add", "Blum")
        laptop.does("sync")

        // An invitation is enough for the others.
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        phone.does("sync")
        #expect(phone.json("client", "list")[0]["name"] == "Blum")

        // The enrolment lies in the books: a device that never saw it brings them to the new disk.
        relay.wipe()
        phone.does("client", "add", "Lune")
        phone.does("sync")
        laptop.does("sync")
        #expect(laptop.json("client", "list").values.count == 2)

        // It is bound to these books.
        let stranger = Device.withBooks("Studio Autre")
        stranger.does(
            "peer", "add", "team", relay.url, "--enrolment", "-", input: enrolment + "\n")
        stranger.fails(["sync"], exit: 77, says: "enrolled")
    }
}
