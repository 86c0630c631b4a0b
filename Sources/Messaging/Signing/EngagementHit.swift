package import Kernel

/// One request for an image or a link of a message.
package struct EngagementHit: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case open
        /// Which link of the message: `SignedLink.place`.
        case click(place: Int)
        /// The link that no person sees.
        case trap
    }

    /// The caller's number for it, by which it is taken back.
    package let number: Int64
    package let kind: Kind
    /// `GET`, `HEAD`, …
    package let method: String
    /// As it was sent; empty where there was none.
    package let userAgent: String
    /// Whether the request said that nobody asked for it yet (`Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz` with
    /// `prefetch` or `preview`).
    package let isPrefetch: Bool
    package let time: Timestamp

    package init(
        number: Int64, kind: Kind, method: String, userAgent: String, isPrefetch: Bool = false,
        time: Timestamp
    ) {
        self.number = number
        self.kind = kind
        self.method = method
        self.userAgent = userAgent
        self.isPrefetch = isPrefetch
        self.time = time
    }
}

/// Who was behind a request, and how that is known.
package struct EngagementVerdict: Sendable, Equatable {
    package let actor: EngagementActor
    package let reason: EngagementReason
    /// Numbers of earlier requests that were taken for a person's and, as is clear now, weren't.
    package let retracted: [Int64]
}

package enum EngagementActor: String, Sendable, Equatable {
    case person
    /// A person opened it in a mailbox whose provider fetches the image in the person's place: later opens aren't
    /// seen, and the address and program are the provider's.
    case personByProxy = "person-by-proxy"
    case machine

    package var isPerson: Bool { self != .machine }
}

package enum EngagementReason: String, Sendable, Equatable, CaseIterable {
    case browser
    case imageProxy = "image-proxy"
    case privacyProxy = "privacy-proxy"
    case knownProgram = "known-program"
    case noUserAgent = "no-user-agent"
    case method
    case prefetch
    case beforeDelivery = "before-delivery"
    case tooSoon = "too-soon"
    case trap
    case burst
    case besideMachine = "beside-machine"

    /// In words for who reads a report.
    package var text: String {
        switch self {
        case .browser: "a browser or mail program, as people use it"
        case .imageProxy: "the mailbox provider fetched the image as the message was opened"
        case .privacyProxy: "Apple Mail fetched the image unseen, opened or not"
        case .knownProgram: "a scanner, robot or previewer by its name"
        case .noUserAgent: "a program without a name"
        case .method: "only asked whether the address is there"
        case .prefetch: "fetched ahead, before anyone asked"
        case .beforeDelivery: "came before the message was accepted"
        case .tooSoon: "came sooner after delivery than a person reads"
        case .trap: "followed a link that people don't see"
        case .burst: "followed several links at the same moment"
        case .besideMachine: "came together with a program's requests"
        }
    }
}
