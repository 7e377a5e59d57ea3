import Foundation
package import Replication

/// A folder for books and one for the machine's memory, gone when the test is over.
package final class BooksFolder: Sendable {
    /// Where both lie.
    package let path: String

    /// Makes an empty one.
    package init() throws {
        path = NSTemporaryDirectory() + "jalon-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The folders of a replica; each name is a replica of its own, each machine a memory.
    package func places(_ name: String = "books", machine: String = "state") -> Places {
        Places(books: path + "/" + name, state: path + "/" + machine)
    }

    /// The path of a file in the books' folder.
    package func file(_ name: String, of books: String = "books") -> String {
        path + "/" + books + "/" + name
    }

    /// A clock that stands, and randomness from a seed.
    package static func environment(_ seed: UInt64) -> Environment {
        let world = Fleet.World(seed: seed)
        return world.environment
    }

    /// Makes books.
    package func create(_ seed: UInt64 = 1, name: String = "books") throws -> Replica {
        try Replica.create(
            places(name), schema: Fleet.schema, environment: Self.environment(seed),
            device: "test")
    }

    /// Opens the books.
    package func open(
        _ purpose: Replica.Purpose = .writing, _ seed: UInt64 = 2, name: String = "books",
        machine: String = "state", schema: Schema = Fleet.schema
    ) throws -> Replica {
        try Replica.open(
            places(name, machine: machine), schema: schema, environment: Self.environment(seed),
            for: purpose)
    }

    /// Copies a books' folder, as `cp -a` does.
    package func copy(_ name: String, to copy: String) throws {
        try FileManager.default.copyItem(atPath: path + "/" + name, toPath: path + "/" + copy)
    }

    /// The bytes of a file, or nil when it is not there.
    package func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: file(name)).map { Array($0) }
    }

    /// Writes the bytes of a file.
    package func write(_ bytes: [UInt8], to name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/books", withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: file(name), contents: Data(bytes)) else {
            throw Missing(what: name)
        }
    }

    /// Removes a file.
    package func remove(_ name: String) { try? FileManager.default.removeItem(atPath: file(name)) }

    /// The names of all files in the books' folder.
    package var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + "/books")) ?? []).sorted()
    }

    /// The permissions of a file.
    package func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }
}
