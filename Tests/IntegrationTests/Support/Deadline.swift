import Foundation

/// What didn't come in time.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

enum Deadline {
    /// Looks again and again until there is an answer: the one place where these tests wait.
    ///
    /// - Throws: `TimedOut` where none came within the seconds.
    static func wait<Value>(
        for what: @autoclosure () -> String, seconds: Double = 60,
        until look: () throws -> Value?
    ) throws -> Value {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if let value = try look() { return value }
            guard ContinuousClock.now < end else {
                throw TimedOut(description: "waited \(seconds) s for \(what())")
            }
            usleep(5000)
        }
    }
}
