import Foundation
import Testing

@Suite("Tidy") struct TidyTests {
    @Test(arguments: TidyRule.all)
    func `the sources keep the rule`(rule: TidyRule) throws {
        let files = try Repository.swiftFiles().filter(rule.applies)
        #expect(!files.isEmpty)

        let broken = files.flatMap { file in
            rule.brokenLines(file).map { "\(file.path):\($0)" }
        }

        #expect(broken.isEmpty, "\(rule.name): \(broken.joined(separator: ", "))")
    }

    @Test(arguments: TidyRule.all)
    func `each rule finds what breaks it, and that alone`(rule: TidyRule) {
        let sample = SourceFile(path: rule.sample.path, text: rule.sample.text)
        #expect(rule.applies(sample))

        let broken = rule.brokenLines(sample)

        let statement = sample.literals.last { TidyRule.isQuery($0.text) }
        #expect(broken == [statement?.line ?? sample.lineCount])
    }

    @Test func `a target that the rooms don't know breaks the rule of imports`() {
        let rule = TidyRule.all.first { $0.name == "imports point down only" }
        let file = SourceFile(path: "Sources/Garage/A.swift", text: "let a = 1\n")

        #expect(rule?.brokenLines(file) == [1])
    }

    @Test func `no room imports one that stands above it`() {
        let names = Room.all.map(\.name)
        for (index, room) in Room.all.enumerated() {
            #expect(
                room.rooms.subtracting(Room.shims).isSubset(of: names[..<index]), "\(room.name)")
        }
    }

    @Test func `files said to be long still are`() throws {
        let counts = Dictionary(
            uniqueKeysWithValues: try Repository.swiftFiles().map { ($0.path, $0.lineCount) })
        for (path, reason) in TidyRule.longFiles {
            #expect((counts[path] ?? 0) > TidyRule.linesWithoutReasonMax, "\(path)")
            #expect(!reason.isEmpty)
        }
    }

    @Test func `every source folder is a room or a shim`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appending(path: "Sources").path)
        for folder in folders {
            #expect(Room.named(folder) != nil || Room.shims.contains(folder), "\(folder)")
        }
    }

    @Test(arguments: [
        ("let a = 1 // print(1)", "let a = 1            "),
        ("/* a /* b */ c */ d", "                  d"),
        ("f(\"x\", y)", "f(   , y)"),
        ("\"a\\(b(c))d\"", "    b(c)   "),
        ("#\"a\"b\"# + c", "        + c"),
        ("#\"a\\#(b)c\"#", "      b    "),
        ("\"\\\"\" + a", "     + a"),
        ("\"\"\"\n a \"b\"\n\"\"\"; c", "   \n      \n   ; c"),
        ("\"\\(f(\"x\"))\" + z", "   f(   )   + z"),
    ])
    func `comments and literals are no code`(source: String, code: String) {
        #expect(String(decoding: SourceText(source).code, as: UTF8.self) == code)
    }

    @Test func `literals keep their text and their line`() {
        let source = SourceText("let a = \"x\"\nlet b = \"\"\"\n  y\n  \"\"\"\nlet c = \"z\\(a)!\"")

        #expect(source.literals.map(\.line) == [1, 2, 5])
        #expect(source.literals.map(\.text) == ["x", "\n  y\n  ", "z?!"])
    }

    @Test(
        arguments: [
            ("import Kernel", "Kernel"), ("package import Kernel", "Kernel"),
            ("@testable import Events", "Events"),
            ("@preconcurrency public import NIOCore", "NIOCore"),
            ("import struct Foundation.URL", "Foundation"), ("let imports = 1", nil), ("", nil),
        ] as [(String, String?)])
    func `an import names its module`(line: String, module: String?) {
        #expect(TidyRule.importedModule(line) == module)
    }
}
