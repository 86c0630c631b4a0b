import Access
import Console
import Kernel
import Logging
import Records
import Runtime
import Synchronization

/// Who may come into the console: signing in and out, whose a session is, and another password.
final class Doors: Sendable {
    private let workspace: Workspace
    private let throttle = Mutex(LoginThrottle())
    private let policy = SessionPolicy()
    /// Passwords that are being checked, each with 46 MiB.
    private let hashing = Mutex(0)
    private static let hashingMax = 8

    init(workspace: Workspace) {
        self.workspace = workspace
    }

    func signIn(_ attempt: SignInAttempt) async throws -> SignInOutcome {
        let now = workspace.clock.now
        let email = attempt.email.lowercased()
        let address = Self.telling(attempt.address)
        let decision = throttle.withLock { $0.decide(account: email, address: address, now: now) }
        if case .wait(let until) = decision {
            let seconds = (until.milliseconds - now.milliseconds + 999) / 1000
            return .tooManyAttempts(retryAfterSeconds: Int(seconds))
        }
        let password = attempt.password
        guard takeTurn() else { return .tooManyAttempts(retryAfterSeconds: Self.turnSeconds) }
        defer { hashing.withLock { $0 -= 1 } }
        let member = try await Blocking.password { [workspace] () -> MemberRecord? in
            guard password.utf8.count <= PasswordRules.bytesMax,
                let member = try workspace.records.member(email: email)
            else {
                // As long as a real check takes, so that time doesn't tell who is a member.
                try PasswordHash.spendTime(on: String(password.prefix(PasswordRules.bytesMax)))
                return nil
            }
            let hash = try PasswordHash(phc: member.passwordHash)
            return try hash.matches(password) ? member : nil
        }
        guard let member else {
            throttle.withLock { $0.recordFailure(account: email, address: address, now: now) }
            workspace.logger.notice("sign-in refused", metadata: ["address": "\(address)"])
            return .refused
        }
        throttle.withLock { $0.recordSuccess(account: email) }
        let token = SessionToken(random: .system)
        let session = SessionRecord(
            tokenHash: token.digest.bytes, member: member.id, createdAt: now, usedAt: now)
        let oldest = now.adding(milliseconds: -policy.idleMs)
        try await Blocking.run { [workspace] in
            try workspace.records.removeSessions(unusedSince: oldest)
            try workspace.records.addSession(session)
        }
        return .signedIn(token: token.text)
    }

    private static let turnSeconds = 2

    /// - Returns: False where enough passwords are being hashed; give a turn back when it is over.
    private func takeTurn() -> Bool {
        hashing.withLock { count in
            if count >= Self.hashingMax { return false }
            count += 1
            return true
        }
    }

    /// Gives a member the password that they chose, and ends their other sessions.
    ///
    /// Guessing the current one is slowed down as signing in is, but apart from it: who found an open
    /// browser can't keep its owner from signing in elsewhere.
    func changePassword(_ change: PasswordChange) async throws -> PasswordOutcome {
        let now = workspace.clock.now
        let account = "change " + change.member.description
        let decision = throttle.withLock { $0.decide(account: account, address: "", now: now) }
        if case .wait(let until) = decision {
            let seconds = (until.milliseconds - now.milliseconds + 999) / 1000
            return .tooManyAttempts(retryAfterSeconds: Int(seconds))
        }
        guard takeTurn() else { return .tooManyAttempts(retryAfterSeconds: Self.turnSeconds) }
        defer { hashing.withLock { $0 -= 1 } }
        let outcome = try await Blocking.password { [workspace] () -> PasswordOutcome in
            guard let member = try workspace.records.member(change.member),
                let session = SessionToken(change.token),
                change.current.utf8.count <= PasswordRules.bytesMax,
                try PasswordHash(phc: member.passwordHash).matches(change.current)
            else { return .wrongCurrent }
            do throws(PasswordRules.Refusal) {
                try PasswordRules.check(change.new, email: member.email)
            } catch {
                return .refused(error)
            }
            let hash = try PasswordHash(change.new, random: .system)
            let isSet = try workspace.records.setPassword(
                of: member.id, to: hash.phc, keepingSession: session.digest.bytes)
            return isSet ? .changed : .wrongCurrent
        }
        throttle.withLock { throttle in
            switch outcome {
            case .wrongCurrent: throttle.recordFailure(account: account, address: "", now: now)
            case .changed, .refused: throttle.recordSuccess(account: account)
            case .tooManyAttempts: break
            }
        }
        return outcome
    }

    /// An address that tells visitors apart; empty for this machine's own, from which a proxy speaks for all.
    private static func telling(_ address: String?) -> String {
        guard let address, !address.hasPrefix("127."), address != "::1" else { return "" }
        return address
    }

    func session(_ text: String) async throws -> ConsoleSession? {
        guard let token = SessionToken(text) else { return nil }
        let now = workspace.clock.now
        return try await Blocking.run { [workspace, policy] in
            guard let session = try workspace.records.session(tokenHash: token.digest.bytes),
                policy.isAlive(
                    signedInAt: session.createdAt, lastUsedAt: session.usedAt, now: now),
                let member = try workspace.records.member(session.member)
            else { return nil }
            if policy.needsTouch(lastUsedAt: session.usedAt, now: now) {
                try workspace.records.touchSession(tokenHash: token.digest.bytes, at: now)
            }
            return ConsoleSession(
                member: member.id, name: member.name, email: member.email, role: member.role,
                // A role that isn't known here, of another version, allows nothing.
                permissions: Role(rawValue: member.role)?.permissions ?? [])
        }
    }

    func signOut(_ text: String) async throws {
        guard let token = SessionToken(text) else { return }
        try await Blocking.run { [workspace] in
            try workspace.records.removeSession(tokenHash: token.digest.bytes)
        }
    }
}
