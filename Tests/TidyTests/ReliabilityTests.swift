import Foundation
import Testing

/// `docs/reliability.md` names tests that are there.
@Suite struct ReliabilityTests {
    /// `a test's name` (ItsSuite)
    private struct Named: Hashable {
        let test: String
        let suite: String
    }

    private func named(in text: String) -> [Named] {
        text.matches(of: /`([^`|]+)` \((\w+Tests)\)/).map {
            Named(test: String($0.1), suite: String($0.2))
        }
    }

    @Test func `a name is read with its suite, and code that names no test isn't one`() {
        let text = "| `one thing` (OneTests); `--flag` and `PERENNIAL_X`; `other` (TwoTests): why |"
        #expect(
            named(in: text) == [
                Named(test: "one thing", suite: "OneTests"),
                Named(test: "other", suite: "TwoTests"),
            ])
    }

    @Test func `each test that the page names is there, in its suite`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appending(path: "docs/reliability.md")
        let names = Set(named(in: try String(contentsOf: page, encoding: .utf8)))
        #expect(names.count > 40)
        var suites: [String: String] = [:]
        let files = FileManager.default.enumerator(
            at: root.appending(path: "Tests"), includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            let name = file.deletingPathExtension().lastPathComponent
            guard names.contains(where: { $0.suite == name }) else { continue }
            suites[name, default: ""] += try String(contentsOf: file, encoding: .utf8)
        }
        for name in names {
            let text = suites[name.suite] ?? ""
            #expect(text.contains("`\(name.test)`("), "\(name.suite): \(name.test)")
        }
    }
}
