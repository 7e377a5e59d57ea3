import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ClientTests {
    @Test func `a client is added, edited, removed and restored`() throws {
        let office = try Office()
        let added = try office.write {
            try Clients.add(
                $0,
                ClientInput(name: " Dupont ", email: "a@dupont.fr", terms: "45 days end of month"),
                at: Office.moment("2026-03-01"))
        }
        let id = try #require(RowID(added.client.id))
        #expect(added.client.name == "Dupont")
        #expect(added.client.terms == "45d eom")
        let edited = try office.write {
            try Clients.edit($0, id, ClientInput(email: "", siren: "732 829 320"))
        }
        #expect(edited.client.email == nil)
        #expect(edited.client.siren == "732829320")
        #expect(try office.read { try Clients.list($0) } == [edited.client])
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write { try Clients.edit($0, id, ClientInput(name: "Dupont")) }
        }

        _ = try office.write { try Clients.remove($0, id) }
        #expect(try office.read { try Clients.list($0) }.isEmpty)
        #expect(try office.read { try Clients.list($0, removed: true) }.map(\.id) == [id.text])
        #expect(
            throws: BillingFailure.removed(
                .client, Candidate(id: id.text, label: "Dupont", detail: ""))
        ) {
            try office.read { try Lookup.client($0, "dupont", for: .writing) }
        }
        #expect(try office.read { try Lookup.client($0, "dupont", for: .restoring) } == id)
        _ = try office.write { try Clients.restore($0, id) }
        #expect(try office.read { try Clients.list($0) }.count == 1)
        #expect(throws: BillingFailure.self) { try office.write { try Clients.restore($0, id) } }
    }

    @Test func `bad fields are refused and change nothing`() throws {
        let office = try Office()
        for input in [
            ClientInput(name: ""), ClientInput(), ClientInput(name: "a\u{0}b"),
            ClientInput(name: "a", email: "x"),
            ClientInput(name: "a", terms: "soon"), ClientInput(name: "a", siren: "1"),
            ClientInput(name: "a", country: "ZZ"),
        ] {
            #expect(throws: BillingFailure.self) {
                try office.write { try Clients.add($0, input, at: Office.moment("2026-03-01")) }
            }
        }
        #expect(try office.read { try Clients.list($0) }.isEmpty)
    }

    @Test func `similar names are told and not refused`() throws {
        let office = try Office()
        _ = try office.client("Dupont & Fils")
        let similar = try office.write {
            try Clients.add($0, ClientInput(name: "DUPONT Fils"), at: Office.moment("2026-03-01"))
        }.similar
        #expect(similar.map(\.label) == ["Dupont & Fils"])
        #expect(
            try office.write {
                try Clients.add($0, ClientInput(name: "Martin"), at: Office.moment("2026-03-01"))
            }.similar.isEmpty)
        #expect(
            try office.read { try Clients.list($0) }.map(\.name) == [
                "Dupont & Fils", "DUPONT Fils", "Martin",
            ])
    }

    @Test func `names are found by case, beginning, and nearness`() throws {
        let office = try Office()
        let dupont = try office.client("Dupont")
        let durand = try office.client("Durand")
        let find = { (text: String, purpose: Lookup.Purpose) in
            try office.read { try Lookup.client($0, text, for: purpose) }
        }
        #expect(try find("DUPONT", .writing) == dupont)
        #expect(try find(dupont.text, .writing) == dupont)
        #expect(try find(String(durand.text.prefix(9)), .writing) == durand)
        #expect(try find("dup", .writing) == dupont)
        #expect(
            throws: BillingFailure.ambiguous(
                .client, text: "du",
                candidates: [
                    Candidate(id: dupont.text, label: "Dupont", detail: ""),
                    Candidate(id: durand.text, label: "Durand", detail: ""),
                ])
        ) { try find("du", .writing) }
        #expect(try find("dupomt", .reading) == dupont)
        #expect(
            throws: BillingFailure.notFound(
                .client, text: "dupnot",
                suggestions: [Candidate(id: dupont.text, label: "Dupont", detail: "")])
        ) {
            try find("dupnot", .writing)
        }
        #expect(throws: BillingFailure.notFound(.client, text: "Zorro", suggestions: [])) {
            try find("Zorro", .reading)
        }
        #expect(throws: BillingFailure.notFound(.client, text: "", suggestions: [])) {
            try find("", .reading)
        }
    }

    @Test func `two devices change different fields of one client`() throws {
        let office = try Office(devices: 2)
        let id = try office.client("Dupont")
        try office.fleet.settle()
        _ = try office.write { try Clients.edit($0, id, ClientInput(email: "a@b.fr")) }
        _ = try office.write(on: 1) { try Clients.edit($0, id, ClientInput(terms: "10d")) }
        try office.fleet.settle()
        for device in 0...1 {
            let client = try office.read(on: device) { try Clients.list($0) }[0]
            #expect(client.email == "a@b.fr")
            #expect(client.terms == "10d")
        }
    }
}
