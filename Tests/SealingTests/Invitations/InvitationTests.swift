import Convergence
import Sealing
import TestSupport
import Testing

/// Promise 10 for the way into the books on a screen: what is mistyped or cut is found.
@Suite struct InvitationTests {
    private static let invitation = Invitation(
        secret: [UInt8](100..<132), name: "Ana Müller",
        relays: [.init(name: "home", address: "https://relay.example:8443/jalon")])

    @Test func `an invitation is read as it was made`() throws {
        for relays in 0...16 {
            let invitation = Invitation(
                secret: [UInt8](0..<32), name: String(repeating: "é", count: relays * 7),
                relays: (0..<relays).map { .init(name: "relay \($0)", address: "https://\($0)") })
            #expect(try Invitation(text: invitation.text) == invitation)
        }
    }

    @Test func `spaces, line ends and letter case do not matter`() throws {
        let text = Self.invitation.text
        var spaced = " "
        for (place, character) in text.uppercased().enumerated() {
            spaced.append(character)
            if place % 10 == 9 { spaced += place % 20 == 9 ? "\r\n" : "\u{a0} \t" }
        }
        #expect(try Invitation(text: spaced) == Self.invitation)
    }

    @Test func `every mistyped character is found`() {
        let text = Array(Self.invitation.text)
        for place in text.indices {
            for wrong in "abcdefghijklmnopqrstuvwxyz234567-01é" where wrong != text[place] {
                var mistyped = text
                mistyped[place] = wrong
                guard (try? Invitation(text: String(mistyped))) == nil else {
                    Issue.record("\(wrong) at \(place)")
                    return
                }
            }
        }
    }

    @Test func `characters that changed places, are missing or twice are found`() {
        let text = Array(Self.invitation.text)
        for place in text.indices.dropLast() {
            var swapped = text
            swapped.swapAt(place, place + 1)
            var missing = text
            missing.remove(at: place)
            var twice = text
            twice.insert(text[place], at: place)
            for wrong in [swapped, missing, twice] where wrong != text {
                #expect((try? Invitation(text: String(wrong))) == nil, "\(place)")
            }
        }
    }

    @Test func `one that is cut is named as cut`() {
        let text = Self.invitation.text
        for count in "jalon1-".count..<text.count {
            #expect(throws: SealingFailure.invitation(.cut), "\(count)") {
                try Invitation(text: String(text.prefix(count)))
            }
        }
    }

    @Test(arguments: [
        ("", InvitationFault.unknown), ("hello", .unknown), ("jalon", .unknown),
        ("jalonx-a", .unknown),
        ("jalon-a", .unknown), ("jalon2-aaaa", .version(2)), ("jalon10-aaaa", .version(10)),
        ("jalon99999999999999999999-a", .unknown), ("jalon1-a1", .character),
        ("jalon1-é", .character),
        ("jalon1-", .cut), ("jalon1-aa", .cut), ("jalon²-aa", .unknown),
    ])
    func `what is none says why`(text: String, fault: InvitationFault) {
        #expect(throws: SealingFailure.invitation(fault)) { try Invitation(text: text) }
    }

    @Test func `a long name is cut at a character`() throws {
        let long = Invitation(
            secret: [UInt8](0..<32), name: String(repeating: "👩‍👩‍👧", count: 20), relays: [])
        let read = try Invitation(text: long.text)
        #expect(long.name.hasPrefix(read.name))
        #expect(read.name.utf8.count <= 255 && read.name.utf8.count > 230)
    }
}
