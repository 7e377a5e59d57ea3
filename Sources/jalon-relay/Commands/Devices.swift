import ArgumentParser
import Foundation
import RelayServer
import Wire

/// The devices that have a token here.
struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List devices, or end a device's access.",
        subcommands: [List.self, Revoke.self])

    /// Lists devices.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices of all books.")

        @OptionGroup var place: Place

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let store = try place.openStore()
            defer { store.close() }
            let devices = try store.readNow { try DeviceTable($0).all() }
            if json { return try printJSON(devices) }
            if devices.isEmpty { Output.complain("No device was admitted yet.") }
            for device in devices {
                let state = device.revoked == nil ? "" : "  revoked"
                let name = device.name ?? "(no name)"
                let seen = Self.day(device.seen)
                Output.say(
                    "\(device.id)  books \(device.books.text.prefix(8))  \(name)  seen \(seen)\(state)"
                )
            }
        }

        private struct Row: Encodable {
            let id: Int64
            let books: String
            let name: String?
            let created: String
            let seen: String
            let revoked: String?
        }

        private func printJSON(_ devices: [DeviceTable.Device]) throws {
            let rows = devices.map {
                Row(
                    id: $0.id, books: $0.books.text, name: $0.name,
                    created: Self.moment($0.created),
                    seen: Self.moment($0.seen), revoked: $0.revoked.map(Self.moment))
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Output.say(String(decoding: try encoder.encode(rows), as: UTF8.self))
        }

        private static func moment(_ milliseconds: Int64) -> String {
            Date(timeIntervalSince1970: Double(milliseconds) / 1_000).ISO8601Format()
        }

        private static func day(_ milliseconds: Int64) -> String {
            String(moment(milliseconds).prefix(10))
        }
    }

    /// Ends a device's access.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a device's token at once.",
            discussion: """
                The device keeps what it has. Whoever holds the books' key can be admitted again \
                with a new token; to keep a person out for good the books need a new key.
                """)

        @OptionGroup var place: Place

        @Argument(help: "The device's number, as devices list shows it.")
        var device: Int64

        func run() throws {
            let store = try place.openStore()
            defer { store.close() }
            let time = Int64(Date().timeIntervalSince1970 * 1_000)
            let isDone = try store.revoke(device, at: time)
            guard isDone else { throw RelayFailure.unknownDevice("\(device)") }
            Output.say("Device \(device) has no access any more.")
        }
    }
}
