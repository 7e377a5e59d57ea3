import Convergence
import Foundation

/// One line of `Protocol/vectors`: what goes in, and what has to come out.
package struct Vector: Sendable, CustomStringConvertible {
    /// The tests that check a vector, by what they can reach.
    package enum Place: Sendable, CaseIterable {
        case convergence, wire, sealing, replication, client, folder
    }

    /// Its file's name.
    package let file: String
    /// What kind of vector it is.
    package let topic: String
    /// What it shows.
    package let name: String
    /// All its members.
    package let members: [String: JSON]

    /// The file, the topic and the name.
    package var description: String { "\(file) \(topic): \(name)" }

    private static let places: [String: Place] = [
        "base32": .convergence, "base64url": .convergence, "name": .convergence,
        "row-id": .convergence, "value": .convergence, "random-row": .convergence,
        "digest": .convergence, "outcome": .convergence, "encode": .convergence,
        "line": .wire, "line-refused": .wire, "mark": .wire, "exchange": .wire,
        "conversation": .client, "folder-file": .folder, "folder-name": .folder,
        "folder-marker": .folder, "folder": .folder, "refusal": .wire, "segment-line": .wire,
        "admission-check": .wire,
        "chain": .sealing, "secret": .sealing, "writer": .sealing, "admission": .sealing,
        "invitation": .sealing, "invitation-cut": .sealing, "invitation-read": .sealing,
        "sheet": .sealing, "sheet-read": .sealing, "padding": .sealing, "segment": .sealing,
        "segment-open": .sealing,
        "derived-row": .replication, "frozen-row": .replication, "stamp": .replication,
        "branch": .replication, "merge": .replication,
    ]

    /// The vectors that one place checks, and every vector whose topic nobody knows: a test has to
    /// fail at it.
    package static func all(for place: Place) -> [Vector] {
        do {
            let folder = try folder()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            return try names.flatMap { name -> [Vector] in
                let data = try some(FileManager.default.contents(atPath: folder + "/" + name))
                return try data.split(separator: 0x0a).compactMap { try read($0, of: name, place) }
            }
        } catch {
            return [Vector(file: "vectors", topic: "unreadable: \(error)", name: "", members: [:])]
        }
    }

    /// The topic comes first, so that what others check is not read.
    private static func read(_ line: Data, of name: String, _ place: Place) throws -> Vector? {
        let head = #"{"topic":""#
        let topic = String(
            decoding: line.dropFirst(head.utf8.count).prefix { $0 != 0x22 }, as: UTF8.self)
        guard line.starts(with: head.utf8), places[topic] ?? place == place else {
            if line.starts(with: head.utf8) { return nil }
            throw Missing(what: "a topic in \(name)")
        }
        var reader = JSONReader(Array(line))
        let members = try reader.document().object()
        return Vector(
            file: name, topic: topic, name: try some(members["name"]).text(), members: members)
    }

    /// `Protocol/vectors`, found from where this source lies.
    private static func folder() throws -> String {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let found = folder.appendingPathComponent("Protocol/vectors").path
            if FileManager.default.fileExists(atPath: found) { return found }
            folder.deleteLastPathComponent()
        }
        throw Missing(what: "Protocol/vectors")
    }
}

extension Vector {
    /// A member that has to be there.
    package subscript(_ name: String) -> JSON {
        get throws {
            guard let member = members[name] else { throw Missing(what: "\(self): \(name)") }
            return member
        }
    }

    /// A member's text.
    package func text(_ name: String) throws -> String { try self[name].text() }

    /// The bytes of a member in hex.
    package func bytes(_ name: String) throws -> [UInt8] { try self[name].bytes() }

    /// A member's integer.
    package func integer(_ name: String) throws -> Int64 { try self[name].integer() }

    /// The bytes that `text`, `hex` or `parts` give.
    package var line: [UInt8] {
        get throws {
            if let text = members["text"] { return Array(try text.text().utf8) }
            if let hex = members["hex"] { return try hex.bytes() }
            return try self["parts"].list().flatMap { part -> [UInt8] in
                let piece = Array(try part.list()[0].text().utf8)
                return try (0..<part.list()[1].integer()).flatMap { _ in piece }
            }
        }
    }
}
