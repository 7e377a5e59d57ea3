import NIOCore

/// Runs a connection's tasks on the thread of its event loop: what comes in and goes out there needs
/// no way to another thread and back.
///
/// Who shares it must not keep it: nothing there may block, and long work yields.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
