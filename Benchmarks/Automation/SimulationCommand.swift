import ArgumentParser
import Kernel
import Runtime

/// Times a simulation of journeys over a workspace's past.
struct SimulationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulation", abstract: "Times journeys over a year of the past.")

    @OptionGroup var workspace: WorkspaceFolder

    @Option(help: "Where the playbooks are.")
    var playbooks = "Playbooks"

    @Option(help: "The first day.")
    var from = "2009-12-10"

    @Option(help: "The day after the last.")
    var to = "2010-12-10"

    @Option(help: "How often.")
    var rounds = 3

    func run() async throws {
        guard let first = CalendarDay(from), let last = CalendarDay(to) else {
            throw ValidationError("days are written 2026-03-01")
        }
        let workspace = try workspace.open()
        try await workspace.settle()
        let drafts = try DefinitionDraft.playbooks(
            playbooks, ["win-back", "welcome", "vip-early-access", "sending"])
        var times: [Double] = []
        for _ in 0..<rounds {
            let start = ContinuousClock().now
            let result = try workspace.simulate(
                drafts, from: workspace.zone.start(of: first), to: workspace.zone.start(of: last))
            times.append((ContinuousClock().now - start).seconds)
            note(
                "\(result.events) events, \(result.timers) timers, \(result.customers) customers, "
                    + "\(result.lineCount) decisions: "
                    + result.journeys.map { "\($0.journey) \($0.entered)" }.joined(separator: ", "))
        }
        figure("simulation, s", times)
        figure("resident MB at most", [memoryMB("VmHWM")])
        try workspace.close()
    }
}
