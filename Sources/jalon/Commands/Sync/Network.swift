import AsyncHTTPClient
import SyncClient

/// The client for relays, made when the first one is met: folders and ssh need none, nor its threads.
final class Network {
    private var made: HTTPClient?

    /// The client.
    var client: HTTPClient {
        if let made { return made }
        let client = HTTPClient.forSync()
        made = client
        return client
    }

    /// Ends its connections.
    func close() async throws { try await made?.shutdown() }
}
