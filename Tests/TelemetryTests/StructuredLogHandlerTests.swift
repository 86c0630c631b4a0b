import Foundation
import Kernel
import Logging
import Telemetry
import Testing

@Suite struct StructuredLogHandlerTests {
    private static let start = "time=2010-12-01T08:26:00.123Z level=info logger=shop message="

    @Test(
        arguments: [
            ("ok", ["count": "3"], #""ok" count=3"#),
            ("two words", ["b": "x y", "a": ""], #""two words" a="" b="x y""#),
            ("a\nlevel=error", [:], #""a\nlevel=error""#),
            ("q", ["k1": "a=b", "k2": "\"", "k3": "\\"], #""q" k1="a=b" k2="\"" k3="\\""#),
            ("q", ["e": "\u{1B}[31mred\u{7}"], #""q" e="\u001b[31mred\u0007""#),
            ("q", ["e": "a\u{2028}b\u{202E}c\u{85}"], #""q" e="a\u2028b\u202ec\u0085""#),
            ("q", ["a b=c": "1", "": "2"], #""q" _=2 a_b_c=1"#),
            ("é", ["name": "Zoë"], #""é" name="Zoë""#),
        ] as [(String, Logger.Metadata, String)])
    func `a text line stays one line with the fields it was given`(
        message: String, metadata: Logger.Metadata, rest: String
    ) {
        let lines = WrittenLines()

        lines.logger(.text).info("\(message)", metadata: metadata)

        #expect(lines.only == Self.start + rest + "\n")
    }

    @Test func `text lines flatten what is nested`() {
        let lines = WrittenLines()

        lines.logger(.text).info("m", metadata: ["a": ["x": "1", "y": ["2", "3"]]])

        #expect(lines.only == Self.start + "\"m\" a.x=1 a.y.0=2 a.y.1=3\n")
    }

    @Test func `a JSON line is one object with nested values`() throws {
        let lines = WrittenLines()

        lines.logger(.json).warning(
            "a \"b\"\n\u{1B}", metadata: ["list": ["1", ["z": "2"]], "time": "mine"])

        let line = lines.only
        #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["time"] as? String == "2010-12-01T08:26:00.123Z")
        #expect(object?["level"] as? String == "warning")
        #expect(object?["logger"] as? String == "shop")
        #expect(object?["message"] as? String == "a \"b\"\n\u{1B}")
        #expect(object?["time_"] as? String == "mine")
        let list = object?["list"] as? [Any]
        #expect(list?.first as? String == "1")
        #expect((list?.last as? [String: String]) == ["z": "2"])
    }

    @Test(arguments: LogFormat.allCases)
    func `secrets are masked at any depth`(format: LogFormat) {
        let lines = WrittenLines()
        var logger = lines.logger(format)
        logger[metadataKey: "writeKey"] = "hunter2"

        logger.info(
            "m",
            metadata: [
                "password": "hunter2", "headers": ["Authorization": "hunter2", "Host": "a"],
                "list": [["set-cookie": "hunter2"]], "token": ["a": "hunter2"],
            ])

        #expect(!lines.only.contains("hunter2"))
        #expect(lines.only.contains(SecretNames.mask))
        #expect(lines.only.contains("Host"))
    }

    @Test(arguments: [
        ("password", true), ("userPassword", true), ("user_passwd", true), ("apiKey", true),
        ("api_key", true), ("APIKEY", true), ("X-Auth-Token", true), ("authorization", true),
        ("Cookie", true), ("key", true), ("clientSecret", true), ("writeKey", true),
        ("monkey", false), ("keyboard", false), ("tokens_used_by", true), ("customer", false),
        ("", false),
    ])
    func `names of secrets are known`(name: String, isSecret: Bool) {
        #expect(SecretNames.contains(name) == isSecret)
    }

    @Test func `the event's metadata wins over the provider's, and that over the logger's`() {
        let lines = WrittenLines()
        var handler = StructuredLogHandler(
            label: "shop", clock: .fixed(Timestamp(milliseconds: 0)), output: lines.output,
            metadataProvider: .init { ["a": "provider", "b": "provider", "c": "provider"] })
        handler[metadataKey: "a"] = "logger"
        handler[metadataKey: "b"] = "logger"
        handler[metadataKey: "d"] = "logger"
        let logger = Logger(label: "shop") { [handler] _ in handler }

        logger.info("m", metadata: ["a": "event"])

        #expect(lines.only.hasSuffix("\"m\" a=event b=provider c=provider d=logger\n"))
    }

    @Test func `lines below the level aren't written`() {
        let lines = WrittenLines()
        let logger = lines.logger(.text, level: .warning)

        logger.info("no")
        logger.warning("yes")

        #expect(lines.all.count == 1)
    }

    @Test func `an error is a field`() {
        struct Broken: Error {}
        let lines = WrittenLines()

        lines.logger(.text).error("m", error: Broken())

        #expect(lines.only.hasSuffix("\"m\" error=Broken()\n"))
    }

    @Test func `a long text is cut and says so`() {
        let lines = WrittenLines()

        lines.logger(.text).info("\(String(repeating: "x", count: 16 * 1024 + 1))")
        lines.logger(.text).info("\(String(repeating: "x", count: 16 * 1024))")

        #expect(lines.all.first?.hasSuffix("x… (cut)\"\n") == true)
        #expect(lines.all.last?.hasSuffix("xx\"\n") == true)
    }
}
