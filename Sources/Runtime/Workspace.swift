package import Analytics
package import Boosting
package import Customers
import Foundation
package import Kernel
package import Logging
package import Predictions
package import Records
import Synchronization

/// A workspace folder that this process owns, with everything in it opened.
package final class Workspace: Sendable {
    package struct Options: Sendable {
        /// An IANA name; nil for the one that the workspace was folded by, UTC at first.
        package var timeZone: String?
        /// Nil for the one that the workspace was folded by, USD at first.
        package var currency: String?
        /// Whether the workspace goes by this time zone and currency from now on; a command that only
        /// reads leaves that as it was.
        package var isRemembered = true
        /// Whom counts as active: ordered in so many trailing days.
        package var activeDays = 90
        package var identityRules = IdentityRules()
        package var offers = OfferSettings()
        package var archive = Archive.Options()
        package var logLimits = LogWriter.Limits()
        package var pace = Engine.Pace()
        /// Channels whose messages are sent; those of others are written down only.
        package var sentChannels: Set<String> = []
        /// Called before the archive takes what was folded before, and may keep it from it; for the simulator.
        package var beforeArchiving: (@Sendable () throws -> Void)?
        /// A DuckDB library of the user's own; empty for the one that script/setup installed.
        package var duckDBLibrary = ""
        package var duckDBLibraryCandidates: [String] = []
        /// For boosted trees, which take part in the models' contest; nil leaves them out.
        package var boosting: BoostingLibrary?
        /// Why it is nil, for the contest's table.
        package var boostingAbsence: String?

        package init() {}
    }

    package enum Failure: Error, CustomStringConvertible {
        case unknownTimeZone(String)
        case unknownCurrency(String)
        case unusableFolder(path: String, reason: String)
        /// Folding failed, for this reason.
        case folding(String)

        package var description: String {
            switch self {
            case .unknownTimeZone(let name):
                "\(name) is not a time zone; use an IANA name such as Europe/London"
            case .unknownCurrency(let code):
                "\(code) is not a currency; use three letters (ISO 4217)"
            case .unusableFolder(let path, let reason): "cannot use \(path): \(reason)"
            case .folding(let reason): "events are kept, but could not be folded: \(reason)"
            }
        }
    }

    package let folder: String
    package let options: Options
    package let zone: ZoneRules
    package let currency: Currency
    package let clock: WallClock
    package let logger: Logger
    package let secrets: WorkspaceSecrets
    package let hash: SipHash
    package let log: LogStore
    package let writer: LogWriter
    package let records: RecordsStore
    package let archive: Archive
    package let engine: Engine
    /// Loyalty programs and their ledger.
    package let loyalty: LoyaltyDesk
    /// Promotions, their codes and who uses them.
    package let promotions: PromotionDesk
    /// What points are good for.
    package let rewards: RewardDesk
    /// Who referred whom, and what is given for it.
    package let referrals: ReferralDesk
    /// What offers are made by, once somebody asked for one.
    package let keptOffers = KeptOffers()
    let keptRunFigures = KeptRunFigures()
    /// How sending mail is doing, where this process does.
    package let mailStatus = MailStatus()
    /// When each campaign's variants were last compared.
    let variantLooks = VariantLooks()
    /// Numbers members, keys and runs.
    private let numbers: Mutex<IDGenerator>
    private let lock: WorkspaceLock

    /// The Unix socket in a workspace's folder, by which commands reach its owner.
    package static func socketPath(folder: String) -> String { folder + "/perennial.sock" }

    /// Opens a workspace, and makes it where there is none.
    ///
    /// - Throws: `WorkspaceLock.Failure.owned` where another process owns it; `Failure`, and what the stores throw.
    package init(
        folder: String, options: Options, clock: WallClock, logger: Logger
    ) throws {
        // Everything in the folder is the owner's alone, also where the folder was there before.
        umask(0o077)
        try Self.makeFolder(folder)
        try Self.makeFolder(folder + "/keys")
        lock = try WorkspaceLock(path: folder + "/lock")
        let logPath = folder + "/log.sqlite"
        secrets = try WorkspaceSecrets(
            folder: folder + "/keys", hasEvents: FileManager.default.fileExists(atPath: logPath))
        hash = SipHash(key: secrets.hash)
        let library = try DuckDBLibrary(
            chosen: options.duckDBLibrary.isEmpty ? nil : options.duckDBLibrary,
            candidates: options.duckDBLibraryCandidates)
        records = try RecordsStore(path: folder + "/records.sqlite")
        let zoneName = try options.timeZone ?? records.setting(Self.zoneSetting) ?? "UTC"
        guard let zone = ZoneRules(identifier: zoneName) else {
            throw Failure.unknownTimeZone(zoneName)
        }
        let currencyName = try options.currency ?? records.setting(Self.currencySetting) ?? "USD"
        guard let currency = Currency(currencyName) else {
            throw Failure.unknownCurrency(currencyName)
        }
        log = try LogStore(path: logPath, hash: hash)
        archive = try Archive(folder: folder, options: options.archive, library: library)
        var backlog: [ArchiveBatch] = []
        do {
            backlog = try ArchiveBacklog.left(log, records, after: archive.position())
        } catch let error as ByteReader.Damaged {
            // The archive is behind then, and all is folded from the log anew.
            logger.error("the archive's backlog is damaged", metadata: ["byte": "\(error.offset)"])
        }
        let isAnew = try Self.foldAnewWhereNeeded(
            log, records, archive, backlog,
            rule: Self.foldingRule(zone, currency, options.identityRules), logger: logger)
        if options.isRemembered {
            try records.setSetting(Self.zoneSetting, to: zone.name)
            try records.setSetting(Self.currencySetting, to: currency.description)
        }
        var engineOptions = Engine.Options(
            zone: zone, currency: currency, identityRules: options.identityRules)
        engineOptions.pace = options.pace
        engineOptions.sentChannels = options.sentChannels
        engineOptions.beforeArchiving = options.beforeArchiving
        let engine = try Engine(
            log: log, records: records, archive: archive, hash: hash, options: engineOptions,
            backlog: isAnew ? [] : backlog, clock: clock, logger: logger)
        self.engine = engine
        writer = LogWriter(store: log, clock: clock, limits: options.logLimits) { engine.wake() }
        self.folder = folder
        self.options = options
        self.zone = zone
        self.currency = currency
        self.clock = clock
        self.logger = logger
        numbers = Mutex(IDGenerator())
        loyalty = try LoyaltyDesk(
            path: folder + "/ledger.sqlite", records: records, zone: zone,
            clock: Self.loyaltyClock(clock, records, archive), hash: hash,
            position: log.lastPosition)
        promotions = try PromotionDesk(
            path: folder + "/promotions.sqlite", records: records, zone: zone, clock: clock,
            hash: hash)
        rewards = try RewardDesk(path: folder + "/rewards.sqlite", records: records)
        referrals = try ReferralDesk(
            path: folder + "/referrals.sqlite", records: records, zone: zone,
            clock: Self.loyaltyClock(clock, records, archive), hash: hash)
        try loadDefinitions()
        engine.wake()
    }

    deinit { engine.close() }

    /// What folding goes by, as text: where it changes, the log is folded anew.
    private static func foldingRule(
        _ zone: ZoneRules, _ currency: Currency, _ rules: IdentityRules
    ) -> String {
        let limits = IdentifierKind.allCases.map { rules.limit(of: $0).count.description }
        let blocked = SipHash(key: SipHash.Key(low: 0, high: 0))
            .digest(rules.blockedValues.joined(separator: "\n")).first
        return "\(zone.name) \(currency) \(limits.joined(separator: ",")) "
            + String(blocked, radix: 16)
    }

    /// The clock of loyalty programs: the true one, save in the demo, whose shop's time ends with its newest order.
    private static func loyaltyClock(
        _ clock: WallClock, _ records: RecordsStore, _ archive: Archive
    ) -> WallClock {
        WallClock {
            do {
                guard try records.setting("demo") != nil, let last = try archive.lastOrderAt()
                else { return clock.now }
                return last
            } catch {
                return clock.now
            }
        }
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure.unusableFolder(path: path, reason: error.localizedDescription)
        }
    }

    private static let zoneSetting = "time-zone"
    private static let currencySetting = "currency"
    private static let ruleSetting = "folded-by"

    /// Folds the log from its start where what was folded can't be gone on from: the settings that days,
    /// amounts and identities are folded by have changed, or a store is older or newer than it can be
    /// (one was lost, or restored from another copy). Model runs are kept: customers keep their ids.
    ///
    /// - Parameter backlog: What the archive is to be told of that was folded before.
    /// - Returns: Whether it is.
    private static func foldAnewWhereNeeded(
        _ log: LogStore, _ records: RecordsStore, _ archive: Archive, _ backlog: [ArchiveBatch],
        rule: String, logger: Logger
    ) throws -> Bool {
        let folded = try records.foldedPosition()
        let archived = try backlog.last?.throughPosition ?? archive.position()
        let before = try records.setting(ruleSetting) ?? rule
        var reason: String?
        if before != rule { reason = "time zone, currency or identity rules changed" }
        if archived < folded { reason = "the archive is behind the records" }
        if max(folded, archived) > log.lastPosition { reason = "the log is older than its figures" }
        if let reason {
            logger.notice("folding the log from its start", metadata: ["reason": "\(reason)"])
            // What was decided stays decided.
            try records.noteDecided(through: folded, atMost: log.lastPosition)
            // In this order: stopped in between, the archive is behind, and this is done again.
            try archive.forgetFolded()
            try records.forgetFolded()
        }
        if reason != nil || before == rule { try records.setSetting(ruleSetting, to: rule) }
        return reason != nil
    }

    /// A new number for a thing of a kind.
    package func newID<Tag: IDTag>(_ tag: Tag.Type) -> ID<Tag> {
        numbers.withLock { $0.next(tag, at: clock.now) }
    }

    /// Returns once all that is in the log is folded.
    ///
    /// - Throws: `.folding` where it can't be.
    package func settle() async throws {
        if let reason = await engine.settle() { throw Failure.folding(reason) }
    }

    /// Stops taking events, finishes what is under way, and puts away what is in memory.
    package func close() throws {
        loyalty.close()
        promotions.close()
        writer.close()
        engine.close()
        do {
            try engine.archiveRest()
        } catch {
            // It is kept, and told when the workspace is opened next.
            logger.error(
                "the archive couldn't take the last events", metadata: ["reason": "\(error)"])
        }
        records.settle()
        try log.settle()
    }
}
