import Foundation
import Settings
import Testing

@Suite struct ListingTests {
    private let rows = [
        LoadedSettings.Row(
            setting: Setting("a.port", .whole(0...9), default: "1", meaning: "A port."),
            value: .whole(5), source: .flag("--port")),
        LoadedSettings.Row(
            setting: Setting("a.words", .list(countMax: 3), default: "", meaning: "Words."),
            value: .list(["x\ny", "\"z\""]), source: .file("f.json")),
        LoadedSettings.Row(
            setting: Setting(
                "mail.password", .path, default: "", isSecret: true, meaning: "Secret."),
            value: .text("hunter2"), source: .variable("PERENNIAL_MAIL_PASSWORD")),
        LoadedSettings.Row(
            setting: Setting("b.path", .path, default: "", meaning: "A path."), value: .text(""),
            source: .standard),
    ]

    @Test func `the table is aligned and masks secrets`() {
        #expect(
            SettingsListing.table(rows) == """
                SETTING        VALUE    FROM                              MEANING
                a.port         5        flag --port                       A port.
                a.words        x y,"z"  file f.json                       Words.
                mail.password  ••••••   variable PERENNIAL_MAIL_PASSWORD  Secret.
                b.path         -        default                           A path.

                """)
    }

    @Test func `the JSON holds every field, typed values, and no secret`() throws {
        let text = SettingsListing.json(rows)

        let root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let settings = try #require(root?["settings"] as? [[String: Any]])
        #expect(settings.count == 4)
        #expect(settings[0]["value"] as? Int == 5)
        #expect(settings[0]["source"] as? String == "flag --port")
        #expect(settings[0]["variable"] as? String == "PERENNIAL_A_PORT")
        #expect(settings[0]["flag"] as? String == "--set a.port")
        #expect(settings[1]["value"] as? [String] == ["x\ny", "\"z\""])
        #expect(settings[2]["value"] as? String == SettingsListing.mask)
        #expect(!text.contains("hunter2"))
    }

    @Test(
        arguments: [
            ("server.prot", "server.port"), ("SERVER.PORT", "server.port"),
            ("log.lvel", "log.level"), ("banana", nil),
        ] as [(String, String?)])
    func `the nearest name is found`(name: String, nearest: String?) {
        let found = problems(flags: [name: "1"]).first

        #expect(
            found == .unknownName(name: name, source: .flag("--set \(name)"), nearest: nearest))
    }
}
