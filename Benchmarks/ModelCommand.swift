import ArgumentParser
import Kernel
import RetentionModels

/// Fits BG/NBD to the CDNOW file on standard input and prints seconds.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bgnbd",
        abstract: "Times BG/NBD on customer_id,date,… lines from standard input.")

    @Option(help: "The last day of the calibration.")
    var until = CDNOW.calibrationEnd

    @Option(help: "How often; each time is printed.")
    var times = 5

    func run() throws {
        let lines = sequence(state: ()) { _ in readLine().map { $0[...] } }
        let columns = try CDNOW.columns(of: lines, until: until)
        for _ in 0..<times {
            var text = ""
            let duration = try ContinuousClock().measure {
                let fit = try BGNBD.fit(try columns.histories())
                text = "\(fit.customers) \(fit.groups) \(fit.evaluations) \(fit.logLikelihood)"
            }
            print(duration.seconds, text)
        }
    }
}
