import Replication
import TestSupport

/// What a machine remembers of its writer, on the machine's disk: replaced whole when a writer is
/// made, noted without a sync after each commit.
final class SimulatedVault: WriterVault {
    private let disk: SimulatedDisk
    private(set) var record: WriterRecord?
    /// What a loss of power may bring back.
    private var synced: WriterRecord?
    private var noted: [WriterRecord] = []

    init(disk: SimulatedDisk, record: WriterRecord? = nil) {
        self.disk = disk
        self.record = record
        synced = record
    }

    func load() -> WriterRecord? { record }

    func create(_ new: WriterRecord) throws {
        guard disk.takesNote() else { throw ReplicationFailure.diskFull(path: "") }
        record = new
        synced = new
        noted = []
    }

    func advance(_ new: WriterRecord) throws {
        guard disk.takesNote() else { throw ReplicationFailure.diskFull(path: "") }
        record = new
        noted.append(new)
    }

    /// What is there after the machine stopped.
    func restart(after stop: SimulatedDisk.Stop, random: inout SeededRandom) {
        guard stop == .powerLoss, !noted.isEmpty else { return }
        let kept = random.pick(0...noted.count)
        if kept < noted.count { record = kept == 0 ? synced : noted[kept - 1] }
        synced = record
        noted = []
    }
}
