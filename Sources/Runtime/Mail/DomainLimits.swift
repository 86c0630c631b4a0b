/// How many e-mails an hour go to each receiver; none is limited where nothing is set.
package struct DomainLimits: Sendable, Equatable {
    package static let perHour = 1...10_000_000

    /// By the receiver's domain (`receiver(of:)`).
    package private(set) var perHour: [String: Int] = [:]
    /// To each other domain; nil for as many as go.
    package private(set) var otherPerHour: Int?

    package init() {}

    /// Reads `warmup`, `gmail.com=500` and `*=2000`; what comes later holds.
    ///
    /// - Returns: Nil for anything else.
    package init?(_ words: [String]) {
        for word in words {
            if word == "warmup" {
                perHour.merge(Self.warmUp) { $1 }
                continue
            }
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int(parts[1]), Self.perHour.contains(count),
                !parts[0].isEmpty, !parts[0].contains(where: { $0 == " " || $0 == "@" })
            else { return nil }
            if parts[0] == "*" {
                otherPerHour = count
            } else {
                perHour[Self.receiver(of: String(parts[0]))] = count
            }
        }
    }

    /// For the first weeks of a domain that nobody knows: a careful rule of thumb, not a receiver's promise.
    package static let warmUp = [
        "gmail.com": 100, "outlook.com": 100, "yahoo.com": 100, "icloud.com": 60, "gmx.net": 60,
        "t-online.de": 40, "orange.fr": 40,
    ]

    func limit(_ receiver: String) -> Int? { perHour[receiver] ?? otherPerHour }

    /// The domain that stands for all of a receiver's, which share what they think of a sender.
    package static func receiver(of domain: String) -> String {
        switch domain {
        case "googlemail.com": return "gmail.com"
        case "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de",
            "hotmail.it", "hotmail.es", "live.co.uk", "live.fr", "live.nl", "outlook.de",
            "outlook.fr", "outlook.es":
            return "outlook.com"
        case "ymail.com", "rocketmail.com", "aol.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de",
            "yahoo.it", "yahoo.es":
            return "yahoo.com"
        case "me.com", "mac.com": return "icloud.com"
        case "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de": return "gmx.net"
        case "wanadoo.fr": return "orange.fr"
        default: return domain
        }
    }
}
