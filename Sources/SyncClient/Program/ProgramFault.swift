/// Why a program that should carry a conversation did not.
package enum ProgramFault: Error, Hashable, Sendable {
    /// There is no ssh on this machine.
    case noProgram
    /// The other machine is not the one that ssh knows by this name, or is not known yet.
    case hostKey
    /// The other machine does not let this user in.
    case notLetIn
    /// There is no jalon-relay on the other machine.
    case commandMissing
    /// Something else was written before the first line: what.
    case noise(String)
    /// It ended: its status and the last line of what it complained.
    case ended(status: Int32, complaint: String)
}
