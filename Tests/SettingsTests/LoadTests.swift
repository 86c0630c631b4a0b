import Kernel
import Settings
import Testing

@Suite struct LoadTests {
    @Test func `without anything every setting has its default`() throws {
        let loaded = try load()

        #expect(loaded.rows.map(\.setting) == Setting.all)
        #expect(loaded.rows.allSatisfy { $0.source == .standard })
        #expect(loaded.warnings.isEmpty)
        let values = loaded.values
        #expect(values.server.host == "127.0.0.1")
        #expect(values.server.port == 8080)
        #expect(values.server.publicURL == nil)
        #expect(values.server.secureCookies == false)
        #expect(values.workspace.timezone == "UTC")
        #expect(values.workspace.currency == Currency("USD"))
        #expect(values.workspace.activeDays == 90)
        #expect(values.log.level == .info)
        #expect(values.log.format == .text)
        #expect(values.ingest.queueBytes == 64 << 20)
        #expect(values.ingest.commitBytes == 4 << 20)
        #expect(values.identity.userIDLimit == 1)
        #expect(values.identity.emailLimit == 5)
        #expect(values.identity.phoneLimit == 5)
        #expect(values.identity.anonymousIDLimit == 5)
        #expect(values.identity.blockedValues.isEmpty)
        #expect(values.analytics.threads == 2)
        #expect(values.analytics.memoryMiB == 1024)
        #expect(values.analytics.library == nil)
        #expect(values.assetsDirectory == nil)
        #expect(values.scoring.intervalHours == 24)
        #expect(!values.webhooks.allowPrivate)
    }

    @Test func `each layer overrides those before it and is named as the source`() throws {
        let file = #"{"server": {"port": 1}}"#
        let environment = ["PERENNIAL_SERVER_PORT": "2"]
        let flags = ["server.port": "3"]

        let fromFile = try load(file: file)
        let fromVariable = try load(file: file, environment: environment)
        let fromFlag = try load(file: file, environment: environment, flags: flags)

        #expect(fromFile.values.server.port == 1)
        #expect(fromFile.row("server.port")?.source == .file("data/perennial.json"))
        #expect(fromVariable.values.server.port == 2)
        #expect(fromVariable.row("server.port")?.source == .variable("PERENNIAL_SERVER_PORT"))
        #expect(fromFlag.values.server.port == 3)
        #expect(fromFlag.row("server.port")?.source == .flag("--port"))
        #expect(fromFlag.row("server.host")?.source == .standard)
    }

    @Test func `every setting can be given by file, variable and flag`() throws {
        for setting in Setting.all {
            let text = setting.kind == .zone ? "Europe/London" : setting.defaultText

            let byVariable = try load(environment: [setting.variable: text])
            let byFlag = try load(flags: [setting.name: text])
            let byFile = try load(file: nested(setting.name, json(text, setting.kind)))

            #expect(byVariable.row(setting.name)?.source == .variable(setting.variable))
            #expect(byFlag.row(setting.name)?.source == .flag(setting.flagText))
            #expect(byFile.row(setting.name)?.source == .file("data/perennial.json"))
        }
    }

    @Test(arguments: [
        ("ingest.queueMiB", "PERENNIAL_INGEST_QUEUE_MIB"),
        ("server.publicURL", "PERENNIAL_SERVER_PUBLIC_URL"),
        ("identity.limit.userId", "PERENNIAL_IDENTITY_LIMIT_USER_ID"),
        ("identity.limit.anonymousId", "PERENNIAL_IDENTITY_LIMIT_ANONYMOUS_ID"),
    ])
    func `variables are named after settings`(name: String, variable: String) {
        #expect(Setting.all.first { $0.name == name }?.variable == variable)
    }

    @Test func `no two settings share a name, a variable or a flag`() {
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.flagText)).count == Setting.all.count)
    }

    @Test func `lists are arrays in the file and separated by commas elsewhere`() throws {
        let fromFile = try load(file: #"{"identity": {"blockedValues": ["guest", "a,b"]}}"#)
        let fromVariable = try load(
            environment: ["PERENNIAL_IDENTITY_BLOCKED_VALUES": "guest, unknown"])
        let empty = try load(file: #"{"identity": {"blockedValues": []}}"#)

        #expect(fromFile.values.identity.blockedValues == ["guest", "a,b"])
        #expect(fromVariable.values.identity.blockedValues == ["guest", "unknown"])
        #expect(empty.values.identity.blockedValues.isEmpty)
    }

    @Test(arguments: [
        ("", "auto", false), ("https://shop.example.test", "auto", true),
        ("http://shop.example.test", "auto", false), ("", "true", true),
        ("https://shop.example.test", "false", false),
    ])
    func `cookies are secure where people come by https`(
        url: String, setting: String, isSecure: Bool
    ) throws {
        let loaded = try load(flags: ["server.publicURL": url, "server.secureCookies": setting])

        #expect(loaded.values.server.secureCookies == isSecure)
    }

    @Test func `a choice between true and false may be a boolean in the file`() throws {
        let loaded = try load(file: #"{"server": {"secureCookies": true}}"#)

        #expect(loaded.values.server.secureCookies)
    }

    @Test func `the DuckDB library may be named by its customary variable`() throws {
        let other = try load(environment: ["DUCKDB_LIBRARY": "/a.so"])
        let both = try load(
            environment: ["DUCKDB_LIBRARY": "/a.so", "PERENNIAL_DUCKDB_LIBRARY": "/b.so"])

        #expect(other.values.analytics.library == "/a.so")
        #expect(other.row("duckdb.library")?.source == .variable("DUCKDB_LIBRARY"))
        #expect(both.values.analytics.library == "/b.so")
        #expect(both.row("duckdb.library")?.source == .variable("PERENNIAL_DUCKDB_LIBRARY"))
    }

    @Test func `the LightGBM library may be named by its customary variable`() throws {
        let none = try load()
        let other = try load(environment: ["LIGHTGBM_LIBRARY": "/a.so"])

        #expect(none.values.lightGBMLibrary == nil)
        #expect(other.values.lightGBMLibrary == "/a.so")
        #expect(other.row("lightgbm.library")?.source == .variable("LIGHTGBM_LIBRARY"))
    }

    @Test func `an interval of nought hours is never`() throws {
        #expect(try load(flags: ["scoring.intervalHours": "0"]).values.scoring.intervalHours == nil)
    }

    @Test func `webhooks to private addresses are allowed by one word`() throws {
        #expect(try load(flags: ["webhooks.allowPrivate": "true"]).values.webhooks.allowPrivate)
    }

    @Test func `a null in the file leaves the setting alone`() throws {
        let loaded = try load(file: #"{"server": {"port": null}, "log": {}}"#)

        #expect(loaded.row("server.port")?.source == .standard)
    }
}

/// `{"server":{"port":VALUE}}` for `server.port`.
private func nested(_ name: String, _ value: String) -> String {
    let parts = name.split(separator: ".")
    return parts.map { "{\"\($0)\":" }.joined() + value
        + String(repeating: "}", count: parts.count)
}

private func json(_ text: String, _ kind: Setting.Kind) -> String {
    switch kind {
    case .whole: return text
    case .list: return text.isEmpty ? "[]" : "[\"\(text)\"]"
    case .host, .webAddress, .zone, .currency, .path, .line, .choice: return "\"\(text)\""
    }
}
