/// What protects customers from being joined by mistake (as Segment's identity resolution has it:
/// blocked values, a limit for each kind, and an order of priority).
package struct IdentityRules: Sendable, Equatable {
    /// How many identifiers of one kind a customer may have.
    package struct Limit: Sendable, Equatable {
        /// 0 switches the kind off.
        package var count: Int
        /// Counts only identifiers first seen within this time before the event; nil counts all.
        package var periodMs: Int64?

        package init(_ count: Int, periodMs: Int64? = nil) {
            self.count = count
            self.periodMs = periodMs
        }
    }

    package var userIDs = Limit(1)
    package var emails = Limit(5)
    package var phones = Limit(5)
    package var anonymousIDs = Limit(5)
    /// The strongest first: where two identifiers of an event can't both be used, the later one is
    /// dropped. Kinds that aren't named are dropped always.
    package var priority: [IdentifierKind] = [.userID, .email, .phone, .anonymousID] {
        didSet { ranks = Self.ranks(priority) }
    }
    /// Whether the `email` of an event's properties names its customer; switch it off where events
    /// carry other people's addresses.
    package var readsEmailOfProperties = true
    package private(set) var blockedValues: [String] = []
    /// `blockedByCount[n]`: the blocked values of n bytes.
    private var blockedByCount: [[[UInt8]]] = []
    /// A bit for each first byte of a blocked value, in its low six bits: most values end their check here.
    private var blockedFirsts: UInt64 = 0
    /// Each kind's place in the order of priority by its raw value; `unranked` without one.
    private(set) var ranks = Self.ranks([.userID, .email, .phone, .anonymousID])
    static let unranked: UInt8 = .max

    /// Placeholders that programs send where they know nobody.
    package static let defaultBlockedValues = [
        "", "-1", "n/a", "na", "nan", "nil", "none", "null", "(null)", "<null>", "undefined",
        "unknown", "anonymous", "guest", "test", "true", "false", "[object object]",
    ]

    /// - Parameter blockedValues: Compared whole, without regard to the case of ASCII letters.
    package init(blockedValues: [String] = defaultBlockedValues) {
        block(blockedValues)
    }

    /// Replaces the blocked values. Values of nothing but zeros and hyphens are always blocked.
    package mutating func block(_ values: [String]) {
        blockedValues = values
        blockedByCount = []
        blockedFirsts = 0
        for value in values {
            let bytes = value.utf8.map(Self.lowercased)
            while blockedByCount.count <= bytes.count { blockedByCount.append([]) }
            blockedByCount[bytes.count].append(bytes)
            if let first = bytes.first { blockedFirsts |= 1 << UInt64(first & 63) }
        }
    }

    package func limit(of kind: IdentifierKind) -> Limit {
        switch kind {
        case .userID: userIDs
        case .email: emails
        case .phone: phones
        case .anonymousID: anonymousIDs
        }
    }

    /// Whether a value in its compared form is a placeholder.
    package func isBlocked(_ value: Span<UInt8>) -> Bool {
        if value.count > 0 {
            let first = Self.lowercased(value[0])
            guard blockedFirsts >> UInt64(first & 63) & 1 == 1 || isZeros(value) else {
                return false
            }
        }
        if isZeros(value) { return true }
        guard value.count < blockedByCount.count else { return false }
        return blockedByCount[value.count].contains { blocked in
            for index in value.indices where Self.lowercased(value[index]) != blocked[index] {
                return false
            }
            return true
        }
    }

    /// Whether the value is `0`, `0000`, an all-zero UUID and the like.
    private func isZeros(_ value: Span<UInt8>) -> Bool {
        var zeros = 0
        for index in value.indices {
            switch value[index] {
            case 0x30: zeros += 1
            case UInt8(ascii: "-"), UInt8(ascii: "+"): break
            default: return false
            }
        }
        return zeros > 0
    }

    private static func ranks(_ priority: [IdentifierKind]) -> SIMD8<UInt8> {
        var ranks = SIMD8<UInt8>(repeating: unranked)
        for (rank, kind) in priority.enumerated() { ranks[Int(kind.rawValue)] = UInt8(rank) }
        return ranks
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
