import Kernel

extension WorkspaceSettings {
    /// Loads the settings: defaults, then the file, then variables, then flags; each overrides those before.
    ///
    /// - Parameters:
    ///   - file: nil where there is none.
    ///   - environment: The process's variables.
    ///   - flags: Values by setting name (`server.port`), as the argument parser took them.
    ///   - zoneExists: Whether the machine has the rules of a time zone.
    /// - Throws: All the problems at once: a malformed file, unknown names in the file or the flags,
    ///   values that aren't allowed.
    package static func load(
        file: SettingsFile?, environment: [String: String] = [:], flags: [String: String] = [:],
        zoneExists: (String) -> Bool = ZoneFiles.contains
    ) throws(SettingsFailure) -> LoadedSettings {
        var problems: [SettingsProblem] = []
        var fileValues: (path: String, values: [String: SettingsFile.Value])?
        if let file {
            do {
                fileValues = (file.path, try file.values())
            } catch {
                problems += error.problems
            }
        }
        let names = Setting.all.map(\.name)
        for (name, value) in (fileValues?.values ?? [:]).sorted(by: { $0.key < $1.key })
        where !names.contains(name) {
            // An empty group (`"log": {}`) sets nothing.
            if value == .object([:]), names.contains(where: { $0.hasPrefix(name + ".") }) {
                continue
            }
            problems.append(
                .unknownName(
                    name: name, source: .file(file?.path ?? ""),
                    nearest: NearestName.of(name, among: names)))
        }
        for name in flags.keys.sorted() where !names.contains(name) {
            problems.append(
                .unknownName(
                    name: name, source: .flag("--set \(name)"),
                    nearest: NearestName.of(name, among: names)))
        }

        let layers = SettingLayers(file: fileValues, environment: environment, flags: flags)
        var rows: [LoadedSettings.Row] = []
        for setting in Setting.all {
            do throws(SettingsProblem) {
                let (value, source) = try layers.value(of: setting)
                guard setting.allows(value, zoneExists: zoneExists) else {
                    throw .invalidValue(
                        name: setting.name, value: value.text, source: source,
                        allowed: setting.allowed)
                }
                rows.append(.init(setting: setting, value: value, source: source))
            } catch {
                problems.append(error.masked(where: setting.isSecret))
            }
        }
        guard problems.isEmpty else { throw SettingsFailure(problems) }
        let values = try WorkspaceSettings(rows: rows)
        return LoadedSettings(values: values, rows: rows, warnings: unknown(in: environment))
    }

    private static func unknown(in environment: [String: String]) -> [SettingsProblem] {
        let known = Setting.all.map(\.variable)
        return environment.keys.sorted().filter { name in
            name.hasPrefix("PERENNIAL_") && !known.contains(name)
                && !Setting.variablesKnownOtherwise.contains(name)
        }.map { name in
            .unknownName(
                name: name, source: .variable(name), nearest: NearestName.of(name, among: known))
        }
    }

    /// Gives checked rows their types, and checks what spans several settings.
    private init(rows: [LoadedSettings.Row]) throws(SettingsFailure) {
        let table = CheckedRows(rows)
        let publicURL = table.textOrNil("server.publicURL")
        let secureCookies =
            switch table.text("server.secureCookies") {
            case "true": true
            case "false": false
            default: publicURL?.hasPrefix("https://") ?? false
            }
        server = Server(
            host: table.text("server.host"), port: table.whole("server.port"),
            publicURL: publicURL, secureCookies: secureCookies)
        workspace = Workspace(
            timezone: table.text("workspace.timezone"),
            currency: table.read("workspace.currency") { Currency($0) },
            activeDays: table.whole("workspace.activeDays"))
        log = Log(
            level: table.read("log.level") { Log.Level(rawValue: $0) },
            format: table.read("log.format") { Log.Format(rawValue: $0) })
        ingest = Ingest(
            queueMiB: table.whole("ingest.queueMiB"), commitMiB: table.whole("ingest.commitMiB"))
        identity = Identity(
            userIDLimit: table.whole("identity.limit.userId"),
            emailLimit: table.whole("identity.limit.email"),
            phoneLimit: table.whole("identity.limit.phone"),
            anonymousIDLimit: table.whole("identity.limit.anonymousId"),
            blockedValues: table.list("identity.blockedValues"))
        analytics = Analytics(
            threads: table.whole("analytics.threads"),
            memoryMiB: table.whole("analytics.memoryMiB"),
            library: table.textOrNil("duckdb.library"))
        lightGBMLibrary = table.textOrNil("lightgbm.library")
        assetsDirectory = table.textOrNil("assets.directory")
        let hours = table.whole("scoring.intervalHours")
        scoring = Scoring(
            intervalHours: hours == 0 ? nil : hours)
        offers = Offers(excludedProducts: table.list("offers.excludedProducts"))
        webhooks = Webhooks(allowPrivate: table.text("webhooks.allowPrivate") == "true")

        company = Company(
            name: table.text("company.name"), address: table.text("company.address"),
            url: table.text("company.url"), logo: table.text("company.logo"),
            colour: table.text("company.colour"))
        mail = Mail(
            from: table.text("mail.from"), replyTo: table.textOrNil("mail.replyTo"),
            host: table.textOrNil("mail.smtp.host"), port: table.whole("mail.smtp.port"),
            security: table.read("mail.smtp.security") { Mail.Security(rawValue: $0) },
            user: table.textOrNil("mail.smtp.user"), password: table.text("mail.smtp.password"),
            connections: table.whole("mail.smtp.connections"),
            bounceDomain: table.textOrNil("mail.bounceDomain"),
            dkimDomain: table.textOrNil("mail.dkim.domain"),
            dkimSelectors: table.list("mail.dkim.selectors"),
            productURL: table.text("mail.productURL"),
            isTracking: table.text("mail.tracking") == "true",
            perDomain: table.list("mail.perDomain"), keepMonths: table.whole("mail.keepMonths"))
        sms = SMS(
            provider: table.read("sms.provider") { SMS.Provider(rawValue: $0) },
            from: table.text("sms.from"), optOut: table.text("sms.optOut"),
            segmentsMax: table.whole("sms.segmentsMax"),
            twilioAccount: table.text("sms.twilio.account"),
            twilioToken: table.text("sms.twilio.token"),
            twilioURL: table.text("sms.twilio.url"), gatewayURL: table.text("sms.gateway.url"),
            gatewayToken: table.text("sms.gateway.token"))
        push = Push(account: table.textOrNil("push.fcm.account"), url: table.text("push.fcm.url"))
        chatRooms = table.list("chat.rooms")
        hasInbox = table.text("inbox.enabled") == "true"
        allowsPrivateProviders = table.text("channels.allowPrivate") == "true"

        guard ingest.commitMiB <= ingest.queueMiB else {
            let row = table.row("ingest.commitMiB")
            throw SettingsFailure([
                .invalidValue(
                    name: row.setting.name, value: row.value.text, source: row.source,
                    allowed: "at most ingest.queueMiB, which is \(ingest.queueMiB)")
            ])
        }
    }
}

/// Rows that passed their setting's check, so that each has the type its kind says.
private struct CheckedRows {
    private let rows: [String: LoadedSettings.Row]

    init(_ rows: [LoadedSettings.Row]) {
        self.rows = Dictionary(
            rows.map { ($0.setting.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func row(_ name: String) -> LoadedSettings.Row {
        guard let row = rows[name] else { preconditionFailure("\(name) isn't in the table") }
        return row
    }

    func text(_ name: String) -> String { row(name).value.text }

    func textOrNil(_ name: String) -> String? {
        let text = text(name)
        return text.isEmpty ? nil : text
    }

    func whole(_ name: String) -> Int {
        guard case .whole(let number) = row(name).value else {
            preconditionFailure("\(name) isn't a whole number in the table")
        }
        return number
    }

    func list(_ name: String) -> [String] {
        guard case .list(let items) = row(name).value else {
            preconditionFailure("\(name) isn't a list in the table")
        }
        return items
    }

    func read<Value>(_ name: String, _ parse: (String) -> Value?) -> Value {
        guard let value = parse(text(name)) else {
            preconditionFailure("\(name) passed its check with a value that has no type")
        }
        return value
    }
}

extension SettingsProblem {
    /// The same problem without the value, where the setting is a secret.
    func masked(where isSecret: Bool) -> SettingsProblem {
        guard isSecret, case .invalidValue(let name, _, let source, let allowed) = self else {
            return self
        }
        return .invalidValue(
            name: name, value: SettingsListing.mask, source: source, allowed: allowed)
    }
}
