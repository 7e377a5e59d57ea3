import Foundation
import Glibc
package import Logging
import Synchronization

/// Logs as lines of JSON on standard error, one event each, for a person's eye or a collector.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]

    private let write: @Sendable (String) -> Void

    /// A handler that hands each line, with its end, to `write`.
    package init(write: @escaping @Sendable (String) -> Void = LineLogHandler.toStandardError) {
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = #"{"time":"\#(Self.now())","level":"\#(event.level.rawValue)","event":"#
        Self.append(event.message.description, to: &line)
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += ","
            Self.append(key, to: &line)
            line += ":"
            Self.append(value, to: &line)
        }
        if let error = event.error {
            line += #","error":"#
            Self.append(String(describing: error), to: &line)
        }
        write(line + "}\n")
    }

    /// Writes a line to standard error in one call, so that lines of threads do not mix.
    package static func toStandardError(_ line: String) {
        let bytes = Array(line.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func now() -> String {
        Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(Date())
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout String) {
        if case .stringConvertible(let number as any BinaryInteger) = value {
            line += "\(number)"
        } else {
            append(value.description, to: &line)
        }
    }

    /// Appends a JSON string; whatever could move a terminal's cursor is escaped.
    private static func append(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                line += "\\"
                line.unicodeScalars.append(scalar)
            case " "..."~": line.unicodeScalars.append(scalar)
            default:
                for unit in String(scalar).utf16 { line += String(format: "\\u%04x", unit) }
            }
        }
        line += "\""
    }
}
