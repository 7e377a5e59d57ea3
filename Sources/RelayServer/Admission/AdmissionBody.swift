import Convergence
import Foundation
import Wire

/// The JSON that a device sends to be admitted.
struct AdmissionBody: Decodable {
    /// Bytes of the whole JSON.
    static let bytesMax = 4_096
    /// Bytes of a device's name.
    static let nameBytesMax = 200

    private let key: String
    private let tokenHash: String
    private let proof: String
    private let name: String?
    private let enrolment: String?

    /// Reads the JSON; throws the refusal when it is none.
    static func read(_ bytes: [UInt8]) throws(Refused) -> Gate.Request {
        guard let body = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
            let key = Base64URL.decode(body.key), let hash = Base64URL.decode(body.tokenHash),
            let proof = Base64URL.decode(body.proof),
            let admission = Admission(key: key, tokenHash: hash, proof: proof),
            body.name.map({ $0.utf8.count <= nameBytesMax }) ?? true
        else { throw Refused(.form) }
        return Gate.Request(
            admission: admission, name: body.name.map(shown), enrolment: body.enrolment)
    }

    /// A name that a terminal shows as it is: nothing that moves a cursor or turns text around.
    private static func shown(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator:
                "\u{FFFD}"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
