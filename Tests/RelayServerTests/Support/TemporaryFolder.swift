import Foundation

/// A folder that lives as long as its value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "jalon-relay-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The relay's data folder in it.
    var data: String { path + "/data" }
    /// The relay's secret in it.
    var secret: String { path + "/state/secret" }

    /// Takes over another folder's data and secret, as a backup does.
    func copy(_ other: TemporaryFolder) throws {
        let files = FileManager.default
        try files.removeItem(atPath: path)
        try files.copyItem(atPath: other.path, toPath: path)
    }

    /// Removes the relay's data, as a lost disk does; the secret stays.
    func wipe() throws { try FileManager.default.removeItem(atPath: data) }
}
