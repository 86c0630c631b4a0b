/// A password as it is stored: an Argon2id hash with its salt and cost, in the PHC string format
/// (`$argon2id$v=19$m=47104,t=1,p=1$…$…`).
///
/// Hashing takes tens of milliseconds and 46 MiB: run it on a pool of few threads with a bounded queue.
package struct PasswordHash: Sendable, Equatable {
    /// Why a password couldn't be hashed or a stored text isn't a hash.
    package enum Failure: Error, Equatable {
        /// Not the PHC format, or not Argon2id version 19.
        case malformed
        /// A stored cost beyond `memoryKiBMax`, `passesMax` or `lanesMax`, which would stall the server.
        case tooCostly
        /// The implementation's code, such as that memory ran out.
        case notHashed(Int32)
    }

    /// OWASP ASVS 5.0, appendix C: Argon2id with t = 1, p = 1 and 46 MiB.
    static let cost = Argon2.Cost(memoryKiB: 47_104, passes: 1, lanes: 1)
    package static let saltCount = 16
    package static let hashCount = 32
    package static let memoryKiBMax: UInt32 = 262_144
    package static let passesMax: UInt32 = 16
    package static let lanesMax: UInt32 = 8

    private let cost: Argon2.Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a new password.
    ///
    /// - Throws: `.notHashed`.
    package init(_ password: String, random: RandomSource) throws(Failure) {
        try self.init(password, salt: random.bytes(Self.saltCount), cost: Self.cost)
    }

    init(_ password: String, salt: [UInt8], cost: Argon2.Cost) throws(Failure) {
        self.cost = cost
        self.salt = salt
        hash = try Self.hashed(password, salt: salt, cost: cost, count: Self.hashCount)
    }

    /// Reads the stored text.
    ///
    /// - Throws: `.malformed`, `.tooCostly`.
    package init(phc text: String) throws(Failure) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else {
            throw .malformed
        }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memoryKiB = Self.number(costs[0], after: "m="),
            let passes = Self.number(costs[1], after: "t="),
            let lanes = Self.number(costs[2], after: "p="),
            passes >= 1, lanes >= 1, memoryKiB >= 8 * lanes
        else { throw .malformed }
        guard memoryKiB <= Self.memoryKiBMax, passes <= Self.passesMax, lanes <= Self.lanesMax
        else {
            throw .tooCostly
        }
        guard let salt = Base64.decode(parts[4], .standard), (8...64).contains(salt.count),
            let hash = Base64.decode(parts[5], .standard), (16...64).contains(hash.count)
        else { throw .malformed }
        cost = Argon2.Cost(memoryKiB: memoryKiB, passes: passes, lanes: lanes)
        self.salt = salt
        self.hash = hash
    }

    /// The text to store.
    package var phc: String {
        "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)$"
            + Base64.encode(salt, .standard) + "$" + Base64.encode(hash, .standard)
    }

    /// Whether this is the password; compares in constant time.
    ///
    /// - Throws: `.notHashed`.
    package func matches(_ password: String) throws(Failure) -> Bool {
        let other = try Self.hashed(password, salt: salt, cost: cost, count: hash.count)
        return areEqualInConstantTime(hash.span, other.span)
    }

    /// Whether the hash was made at another cost than today's; hash anew when the password is at hand.
    package var isOutdated: Bool { cost != Self.cost || hash.count != Self.hashCount }

    /// Hashes a password for nobody, so that signing in to an account that doesn't exist takes as long.
    ///
    /// - Throws: `.notHashed`.
    package static func spendTime(on password: String) throws(Failure) {
        _ = try hashed(
            password, salt: [UInt8](repeating: 0, count: saltCount), cost: cost, count: hashCount)
    }

    private static func hashed(
        _ password: String, salt: [UInt8], cost: Argon2.Cost, count: Int
    ) throws(Failure) -> [UInt8] {
        do throws(Argon2.Failure) {
            return try Argon2.hash(Array(password.utf8), salt: salt, cost: cost, count: count)
        } catch {
            throw .notHashed(error.code)
        }
    }

    /// The number after a name such as `m=`: digits without a leading zero.
    private static func number(_ text: Substring, after name: String) -> UInt32? {
        guard text.hasPrefix(name) else { return nil }
        let digits = text.dropFirst(name.count)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.first != "0" else {
            return nil
        }
        return UInt32(digits)
    }
}
