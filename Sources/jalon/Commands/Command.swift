import ArgumentParser

/// A command that is carried out on this machine alone.
protocol LocalCommand: ParsableCommand {
    var common: CommonOptions { get }

    /// Does what was asked; the answer is printed after everything is committed.
    func answer(_ session: Session) throws -> Answer
}

/// A command that talks to other machines.
protocol NetworkCommand: ParsableCommand {
    var common: CommonOptions { get }

    /// Does what was asked.
    func answer(_ session: Session) async throws -> Answer
}
