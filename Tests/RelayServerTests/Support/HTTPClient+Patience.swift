import AsyncHTTPClient
import NIOCore
import SyncClient

extension HTTPClient {
    /// A client that outwaits any machine: where hundreds of tests share two processors, an answer may
    /// be ready and yet take longer than a person would wait, and what a test says must not depend on
    /// that.
    static func patient() -> HTTPClient { .forSync(connecting: .hours(1), silence: .hours(1)) }
}
