import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct LabelTests {
    private func change(
        _ office: Office, _ client: RowID, _ add: [String], remove: [String] = [],
        on device: Int = 0
    ) throws -> [String] {
        try office.write(on: device) {
            try Labels.change($0, client, add: add, remove: remove)
        }.labels
    }

    @Test func `labels that two devices give apart all stand, and one taken off can come back`()
        throws
    {
        let office = try Office(devices: 2)
        let client = try office.client("Blum")
        try office.fleet.settle()
        #expect(try change(office, client, ["vip", "Slow"]) == ["Slow", "vip"])
        #expect(try change(office, client, ["VIP", "north"], on: 1) == ["north", "VIP"])
        try office.fleet.settle()
        for device in 0...1 {
            let labels = try office.read(on: device) { try Clients.list($0) }[0].labels
            #expect(labels.map { $0.lowercased() } == ["north", "slow", "vip"])
        }
        #expect(try change(office, client, [], remove: ["Vip"]).count == 2)
        #expect(try change(office, client, ["vip"]).count == 3)
        #expect(throws: BillingFailure.nothingToChange) { try change(office, client, ["NORTH"]) }
    }

    @Test(arguments: ["", " ", "a,b", "a\u{1B}b", String(repeating: "x", count: 51)])
    func `a label that cannot be kept is refused`(label: String) throws {
        let office = try Office()
        let client = try office.client("Blum")
        #expect(throws: BillingFailure.self) { try change(office, client, [label]) }
        #expect(throws: BillingFailure.self) { try change(office, client, [], remove: ["vip"]) }
        #expect(try office.read { try Clients.list($0) }[0].labels.isEmpty)
    }

    @Test func `a folder is a path without empty parts`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        func set(_ folder: String) throws -> String? {
            try office.write {
                try Clients.edit($0, client, ClientInput(fields: [.folder: folder]))
            }.client[.folder]
        }
        #expect(try set(" Agencies / Paris ") == "Agencies/Paris")
        for wrong in ["/", "/a", "a/", "a//b"] {
            #expect(throws: BillingFailure.self, "\(wrong)") { try set(wrong) }
        }
        #expect(try set("") == nil)
    }
}
