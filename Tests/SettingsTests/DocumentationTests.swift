import Foundation
import Settings
import Testing

@Suite struct DocumentationTests {
    @Test func `the page on operating lists every setting as it is`() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "docs/operating.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix("| `") && line.components(separatedBy: " | ").count == 5
        }

        for setting in Setting.all {
            let row = [
                "`\(setting.name)`", setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`",
                setting.flag.map { "`\($0)`" } ?? "", setting.allowed, setting.meaning,
            ].joined(separator: " | ")
            #expect(rows.contains("| \(row) |"), "missing: | \(row) |")
        }
        #expect(rows.count == Setting.all.count)
    }
}
