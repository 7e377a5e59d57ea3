import ArgumentParser
import Billing
import Replication

struct ConflictShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one conflict.")

    @Argument(help: ArgumentHelp("Its id, or the beginning of it.", valueName: "id"))
    var id: String
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica()
        let log = try Dispute.log(for: replica)
        let dispute = try replica.read { try Dispute.find(id, $0, log: log) }
        return Answer(json: dispute.json) { dispute.write(on: &$0) }
    }
}
