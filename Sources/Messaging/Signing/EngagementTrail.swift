package import Kernel

/// Tells people's opens and clicks from those of scanners, prefetchers and previewers, for one message.
///
/// Judged by what one request says (method, program, time since delivery) and by what requests for the same message
/// say together: whoever follows an unseen link, or several links at one moment, is a program, and so were the requests
/// around it. Those judged before are taken back. A program that waits, and clicks once with a browser's name, is
/// counted as a person; nothing in a request tells them apart.
package struct EngagementTrail: Sendable, Equatable {
    /// Sooner after delivery no person has found, opened and read a message.
    package static let openSoonMs: Int64 = 1_000
    package static let clickSoonMs: Int64 = 3_000
    /// How close together clicks on so many links are made by a program…
    package static let burstMs: Int64 = 3_000
    package static let burstLinks = 3
    /// …or on two, where they are all that the message has.
    package static let pairMs: Int64 = 1_000
    /// How long around a program's clicks everything is its.
    package static let besideMs: Int64 = 10_000
    /// How many requests are remembered.
    package static let hitsMax = 16

    /// When the receiver accepted the message.
    package let deliveredAt: Timestamp
    /// How many links it has, the unseen one not counted.
    package let linkCount: Int
    private var hits: [Judged] = []
    /// When a program showed itself by what requests said together.
    private var caughtAt: Timestamp?

    private struct Judged: Sendable, Equatable {
        let hit: EngagementHit
        var isPerson: Bool
    }

    package init(deliveredAt: Timestamp, linkCount: Int) {
        self.deliveredAt = deliveredAt
        self.linkCount = linkCount
    }

    /// Judges the next request. They should come in the order of their times; one that is late is judged by itself.
    package mutating func judge(_ hit: EngagementHit) -> EngagementVerdict {
        var reason = Self.reason(of: hit, deliveredAt: deliveredAt)
        var retracted: [Int64] = []
        hits.append(Judged(hit: hit, isPerson: reason.isPerson))
        if hits.count > Self.hitsMax { hits.removeFirst() }
        if hit.kind == .trap {
            reason = .trap
            retracted = retract(around: hit.time)
        } else if isBurst(endingWith: hit) {
            if reason.isPerson { reason = .burst }
            retracted = retract(around: hit.time)
        } else if reason.isPerson, let caughtAt, isNear(hit.time, caughtAt) {
            reason = .besideMachine
        }
        hits[hits.count - 1].isPerson = reason.isPerson
        retracted.removeAll { $0 == hit.number }
        let actor: EngagementActor =
            reason == .browser ? .person : reason == .imageProxy ? .personByProxy : .machine
        return EngagementVerdict(actor: actor, reason: reason, retracted: retracted)
    }

    private func isNear(_ time: Timestamp, _ other: Timestamp) -> Bool {
        abs(time.milliseconds - other.milliseconds) <= Self.besideMs
    }

    /// Takes back what people were thought to have done near a time at which a program showed itself.
    private mutating func retract(around time: Timestamp) -> [Int64] {
        caughtAt = time
        var numbers: [Int64] = []
        for index in hits.indices where hits[index].isPerson && isNear(hits[index].hit.time, time) {
            hits[index].isPerson = false
            numbers.append(hits[index].hit.number)
        }
        return numbers
    }

    /// Whether the last clicks are on too many different links for one pair of hands.
    private func isBurst(endingWith hit: EngagementHit) -> Bool {
        guard case .click = hit.kind else { return false }
        return places(within: Self.burstMs, before: hit) >= Self.burstLinks
            || (linkCount == 2 && places(within: Self.pairMs, before: hit) == 2)
    }

    private func places(within ms: Int64, before hit: EngagementHit) -> Int {
        var places: Set<Int> = []
        for judged in hits {
            guard case .click(let place) = judged.hit.kind,
                abs(hit.time.milliseconds - judged.hit.time.milliseconds) <= ms
            else { continue }
            places.insert(place)
        }
        return places.count
    }

    /// What one request says by itself.
    private static func reason(
        of hit: EngagementHit, deliveredAt: Timestamp
    ) -> EngagementReason {
        if hit.kind == .trap { return .trap }
        if hit.method.uppercased() != "GET" { return .method }
        if hit.isPrefetch { return .prefetch }
        let elapsedMs = hit.time.milliseconds - deliveredAt.milliseconds
        if elapsedMs < 0 { return .beforeDelivery }
        if let program = MailProgram.reason(of: hit.userAgent), !program.isPerson { return program }
        let soonMs = hit.kind == .open ? openSoonMs : clickSoonMs
        if elapsedMs < soonMs { return .tooSoon }
        return MailProgram.reason(of: hit.userAgent) ?? .browser
    }
}

extension EngagementReason {
    fileprivate var isPerson: Bool { self == .browser || self == .imageProxy }
}

/// What programs call themselves.
enum MailProgram {
    /// Nil for what looks like a browser or mail program.
    static func reason(of userAgent: String) -> EngagementReason? {
        if userAgent.isEmpty { return .noUserAgent }
        // Apple Mail's privacy protection sends no more than this.
        if userAgent == "Mozilla/5.0" { return .privacyProxy }
        let name = KnownWords(in: userAgent, bytesMax: 1_000)
        if name.hasAny(of: imageProxies) { return .imageProxy }
        // A maker of phones has a name that ends as robots' names do.
        let isRobot = name.has("bot") && !name.has("cubot")
        return isRobot || name.hasAny(of: programs) ? .knownProgram : nil
    }

    private static let imageProxies: [StaticString] = [
        "googleimageproxy", "yahoomailproxy", "ggpht.com",
    ]

    private static let programs: [StaticString] = [
        "crawl", "spider", "scan", "preview", "headless", "phantomjs", "slurp", "curl/",
        "wget/", "python", "go-http-client", "java/", "okhttp", "libwww", "axios/", "node-fetch",
        "undici", "guzzle", "httpclient", "http-client", "apache-http", "ruby", "perl", "php/",
        "powershell", "winhttp", "barracuda", "proofpoint", "mimecast", "safelinks",
        "safe-links", "forcepoint", "fireeye", "trellix", "symantec", "messagelabs", "sophos",
        "trendmicro", "trend micro", "ironport", "fortinet", "fortimail", "checkpoint",
        "cloudmark", "zscaler", "bitdefender", "vade", "antivirus", "linkcheck", "urlcheck",
        "monitor", "validator", "facebookexternalhit", "whatsapp/", "skypeuri", "embedly",
        "google-safety", "google-read-aloud", "google-apps-script", "feedfetcher", "lighthouse",
        "selenium", "puppeteer", "playwright",
    ]
}
