import Kernel
import Logging
package import ServiceLifecycle

/// Keeps loyalty programs, promotions and referrals up with the log and the clock while the server runs.
package struct LoyaltyService: Service {
    /// So long it rests between two looks.
    static let restMs = 500
    static let pauseAfterFailureMs = 5000

    private let workspace: Workspace

    package init(workspace: Workspace) {
        self.workspace = workspace
    }

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            while true {
                var rest = Self.restMs
                do {
                    try await workspace.followLoyalty()
                    try await workspace.followPromotions()
                    try await workspace.followReferrals()
                    try await workspace.followRewards()
                } catch is CancellationError {
                    return
                } catch {
                    workspace.logger.error(
                        "loyalty programs can't follow; trying again",
                        metadata: ["reason": "\(error)"])
                    rest = Self.pauseAfterFailureMs
                }
                // It throws only where it is cancelled, and being cancelled is how this ends.
                guard (try? await Task.sleep(for: .milliseconds(rest))) != nil else { return }
            }
        }
    }
}
