/// Why a relay cannot start or do what it was told at the command line.
package enum RelayFailure: Error, Hashable, Sendable {
    /// A file or folder cannot be made, read or written.
    case files(path: String, reason: String)
    /// The data folder holds something that is not a relay's.
    case foreignFolder(path: String, found: String)
    /// The data was written by a newer program.
    case newerData(path: String)
    /// The data cannot be read as a relay's.
    case corruptData(path: String, reason: String)
    /// Another relay serves this data.
    case alreadyServed(path: String)
    /// The folder holds no relay's data.
    case noData(path: String)
    /// The enrolment secret's file does not hold one.
    case badSecret(path: String)
    /// The address cannot be listened on.
    case listen(address: String, reason: ListenFault)
    /// No device of that name or number.
    case unknownDevice(String)

    /// Why an address cannot be listened on.
    package enum ListenFault: Hashable, Sendable {
        /// Another program listens there.
        case inUse
        /// The system allows it to others only.
        case notAllowed
        /// The address is not one of this machine.
        case notHere
        /// Something else, in the system's words.
        case other(String)
    }
}
