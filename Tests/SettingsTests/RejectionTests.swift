import Settings
import Testing

@Suite struct RejectionTests {
    @Test(arguments: [
        ("server.host", ""), ("server.host", "a b"), ("server.host", "http://a"),
        ("server.port", "-1"), ("server.port", "65536"), ("server.port", "eighty"),
        ("server.port", "80.5"), ("server.port", ""),
        ("server.publicURL", "shop.example.test"), ("server.publicURL", "ftp://a"),
        ("server.publicURL", "https://"), ("server.publicURL", "https://user@a"),
        ("server.publicURL", "https://a?b"), ("server.publicURL", "https://a/#b"),
        ("server.secureCookies", "yes"), ("workspace.timezone", "Mars/Base"),
        ("workspace.timezone", "../../etc/passwd"), ("workspace.timezone", ""),
        ("workspace.currency", "EURO"), ("workspace.currency", "12A"),
        ("workspace.activeDays", "0"), ("workspace.activeDays", "3651"),
        ("log.level", "loud"), ("log.format", "xml"),
        ("ingest.queueMiB", "0"), ("ingest.queueMiB", "4097"),
        ("ingest.commitMiB", "0"), ("ingest.commitMiB", "257"),
        ("identity.limit.userId", "0"), ("identity.limit.email", "101"),
        ("identity.limit.phone", "x"), ("identity.limit.anonymousId", "-5"),
        ("identity.blockedValues", "a,,b"), ("analytics.threads", "0"),
        ("analytics.memoryMiB", "63"), ("duckdb.library", "a\0b"), ("lightgbm.library", "a\0b"),
        ("assets.directory", "\0"),
        ("scoring.intervalHours", "8761"),
    ])
    func `a value that isn't allowed is named with its source and what is allowed`(
        name: String, value: String
    ) throws {
        let setting = try #require(Setting.all.first { $0.name == name })

        let byFlag = problems(flags: [name: value])
        let byVariable = problems(environment: [setting.variable: value])

        #expect(
            byFlag == [
                .invalidValue(
                    name: name, value: value, source: .flag(setting.flagText),
                    allowed: setting.allowed)
            ])
        #expect(
            byVariable == [
                .invalidValue(
                    name: name, value: value, source: .variable(setting.variable),
                    allowed: setting.allowed)
            ])
    }

    @Test(arguments: [
        ("server.host", "::1"), ("server.host", "shop_1.example.test"), ("server.port", "0"),
        ("server.port", "65535"), ("server.publicURL", "https://a.example.test:8443/shop"),
        ("server.publicURL", "http://[::1]:80"), ("workspace.timezone", "Etc/GMT+3"),
        ("workspace.currency", "gbp"), ("workspace.activeDays", "3650"),
        ("ingest.queueMiB", "4096"), ("log.level", "trace"), ("scoring.intervalHours", "8760"),
    ])
    func `values at the edge are allowed`(name: String, value: String) {
        #expect(problems(flags: [name: value]).isEmpty)
    }

    @Test(arguments: [
        (#"{"server": {"port": "8080"}}"#, "server.port", "8080"),
        (#"{"server": {"port": true}}"#, "server.port", "true"),
        (#"{"server": {"port": 80.5}}"#, "server.port", "80.5"),
        (#"{"server": {"host": 1}}"#, "server.host", "1"),
        (#"{"server": {"port": [1]}}"#, "server.port", "[1]"),
        (#"{"identity": {"blockedValues": "guest"}}"#, "identity.blockedValues", "guest"),
        (#"{"identity": {"blockedValues": ["a", 1]}}"#, "identity.blockedValues", "[a, 1]"),
        (#"{"log": {"level": {}}}"#, "log.level", "{…}"),
    ])
    func `a value of the wrong type in the file is rejected`(
        file: String, name: String, shown: String
    ) throws {
        let setting = try #require(Setting.all.first { $0.name == name })

        #expect(
            problems(file: file) == [
                .invalidValue(
                    name: name, value: shown, source: .file("data/perennial.json"),
                    allowed: setting.allowed)
            ])
    }

    @Test(arguments: ["", "[]", "1", "{", "{\"a\": 1,,}", "\u{FEFF}x"])
    func `a file that isn't an object of JSON is rejected`(text: String) {
        let found = problems(file: text)

        #expect(found.count == 1)
        guard case .malformedFile(path: "data/perennial.json", reason: _) = found.first else {
            Issue.record("\(found)")
            return
        }
    }

    @Test func `an unknown name in the file or a flag is an error with the nearest known name`() {
        #expect(
            problems(file: #"{"server": {"prot": 1}}"#, flags: ["server.hots": "a"]) == [
                .unknownName(
                    name: "server.prot", source: .file("data/perennial.json"),
                    nearest: "server.port"),
                .unknownName(
                    name: "server.hots", source: .flag("--set server.hots"),
                    nearest: "server.host"),
            ])
        #expect(
            problems(file: #"{"colour": "red"}"#) == [
                .unknownName(
                    name: "colour", source: .file("data/perennial.json"), nearest: nil)
            ])
    }

    @Test func `an unknown variable is a warning, for a platform may have set it`() throws {
        let loaded = try load(environment: [
            "PERENNIAL_SERVER_PROT": "1", "PERENNIAL_TEST_DATA": "x", "HOME": "/root",
        ])

        #expect(
            loaded.warnings == [
                .unknownName(
                    name: "PERENNIAL_SERVER_PROT", source: .variable("PERENNIAL_SERVER_PROT"),
                    nearest: "PERENNIAL_SERVER_PORT")
            ])
    }

    @Test func `all problems are told at once`() {
        let found = problems(
            file: #"{"log": {"level": "loud"}, "x": 1}"#,
            environment: ["PERENNIAL_SERVER_PORT": "no"], flags: ["workspace.currency": "?"])

        #expect(found.count == 4)
    }

    @Test func `a commit can't be larger than the queue`() {
        #expect(problems(flags: ["ingest.queueMiB": "8", "ingest.commitMiB": "8"]).isEmpty)
        #expect(
            problems(flags: ["ingest.queueMiB": "8", "ingest.commitMiB": "9"]) == [
                .invalidValue(
                    name: "ingest.commitMiB", value: "9",
                    source: .flag("--set ingest.commitMiB"),
                    allowed: "at most ingest.queueMiB, which is 8")
            ])
    }

    @Test func `a message says the setting, the value, the source and what is allowed`() {
        let problem = SettingsProblem.invalidValue(
            name: "server.port", value: "a\n\"b", source: .variable("PERENNIAL_SERVER_PORT"),
            allowed: "a whole number from 0 to 65535")

        #expect(
            problem.description
                == #"server.port is "a\u{a}\"b" (variable PERENNIAL_SERVER_PORT), "#
                + "but must be a whole number from 0 to 65535")
    }

    @Test func `a file that is named must exist, the workspace's own needn't`() throws {
        let missing = "/nonexistent/perennial.json"

        #expect(try SettingsFile.read(path: missing, mustExist: false)?.path == nil)
        #expect(
            throws: SettingsFailure([
                .unreadableFile(path: missing, reason: "No such file or directory")
            ])
        ) { try SettingsFile.read(path: missing, mustExist: true) }
    }

    @Test func `a file that is too large is not read`() {
        #expect(throws: SettingsFailure.self) {
            try SettingsFile.read(path: "/dev/zero", mustExist: true)
        }
    }
}
