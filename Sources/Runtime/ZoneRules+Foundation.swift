import Foundation
package import Kernel

extension ZoneRules {
    /// The rules of an IANA time zone from 1970 to 2100, from the system's tables; nil for an unknown name.
    package init?(identifier: String) {
        if identifier == "UTC" || identifier == "Etc/UTC" {
            self = .utc
            return
        }
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        let end = Date(timeIntervalSince1970: 4_102_444_800)
        var at = Date(timeIntervalSince1970: 0)
        let initial = zone.secondsFromGMT(for: at)
        var transitions: [Transition] = []
        while let next = zone.nextDaylightSavingTimeTransition(after: at), next < end, next > at {
            transitions.append(
                Transition(
                    at: Timestamp(milliseconds: Int64(next.timeIntervalSince1970.rounded()) * 1000),
                    offsetSeconds: zone.secondsFromGMT(for: next)))
            at = next
        }
        self.init(name: identifier, initialOffsetSeconds: initial, transitions: transitions)
    }
}
