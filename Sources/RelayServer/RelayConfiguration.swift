/// What a relay is told when it starts.
package struct RelayConfiguration: Sendable {
    /// The folder of its data.
    package var data: DataFolder
    /// The address to listen on.
    package var host: String
    /// The port; 0 takes a free one.
    package var port: Int
    /// The file of the enrolment secret.
    package var secretFile: String
    /// Whether books come without an enrolment.
    package var isOpen = false
    /// Bytes of one books' segments.
    package var quotaBytes: Int64 = 1 << 30
    /// Connections at the same time.
    package var connectionsMax = 16_384
    /// Connections of one address that is not this machine's; 0 is no limit.
    package var connectionsPerAddressMax = 64
    /// Seconds for a request's head, and of silence between requests.
    package var idleSeconds: Int64 = 10
    /// Seconds until a body has to have brought so many KiB.
    package var bodyGraceSeconds: Int64 = 10
    /// Seconds that a graceful stop waits for answers under way.
    package var stopSeconds: Int64 = 30

    /// Whether SIGTERM and SIGINT stop it.
    package var stopsOnSignals = true

    /// A configuration with the usual bounds.
    package init(data: DataFolder, host: String, port: Int, secretFile: String) {
        self.data = data
        self.host = host
        self.port = port
        self.secretFile = secretFile
    }
}
