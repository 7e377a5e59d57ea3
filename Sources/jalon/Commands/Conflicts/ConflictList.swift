import ArgumentParser
import Billing
import Replication

struct ConflictList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is to be decided.")

    @Flag(help: "Exit code 2 if there is anything to decide.")
    var check = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica()
        let log = try Dispute.log(for: replica)
        let disputes = try replica.read { try Dispute.all($0, log: log) }
        let status: ExitStatus = check && !disputes.isEmpty ? .findings : .done
        return Answer(json: .array(disputes.map(\.json)), status: status) { page in
            for (index, dispute) in disputes.enumerated() {
                if index > 0 { page.line() }
                dispute.write(on: &page)
            }
            if disputes.isEmpty { page.line("Nothing to decide.", .good) }
        }
    }
}
