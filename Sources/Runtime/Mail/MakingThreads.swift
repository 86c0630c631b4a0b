import Dispatch

/// Threads that messages are made on: filling in and signing takes a processor for a while, which those who serve
/// requests mustn't wait for.
final class MakingThreads: TaskExecutor {
    static let shared = MakingThreads()

    private let queue = DispatchQueue(
        label: "perennial.mail.making", qos: .utility, attributes: .concurrent)

    private init() {}

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
