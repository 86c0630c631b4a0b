import Foundation
import Testing

extension IntegrationTests {
    /// What the pages of playbooks show is what their commands say.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct PlaybookResultTests {
        private static let folder = Installation.root.appending(path: "Playbooks")

        private static func page(_ playbook: String) throws -> String {
            try String(
                contentsOf: folder.appending(path: "\(playbook)/README.md"), encoding: .utf8)
        }

        /// The first block of a language in a page.
        private static func block(_ language: String, of page: String) throws -> String {
            let parts = page.components(separatedBy: "```\(language)\n")
            try #require(parts.count == 2, "one block of \(language)")
            return parts[1].components(separatedBy: "```")[0]
        }

        /// Runs a page's commands, with their data below a folder, and holds its result against what they say.
        private static func check(_ playbook: String, in folder: TemporaryFolder) throws {
            let page = try page(playbook)
            let commands = try block("sh", of: page).replacing(
                "--data ", with: "--data \(folder.url.path)/")
            let programs = Installation.program.deletingLastPathComponent().path
            let outcome = try Program(
                URL(filePath: "/bin/sh"), ["-ec", commands], in: folder,
                environment: ["PATH": "\(programs):/usr/bin:/bin"]
            ).wait(seconds: 900)
            try #require(outcome.code == 0, "\(playbook): \(outcome.errors)")
            // A line of three dots stands for what is left out.
            var rest = outcome.output[...]
            for part in try block("text", of: page).components(separatedBy: "\n…\n") {
                guard let found = rest.range(of: part) else {
                    Issue.record("the page of \(playbook) isn't what comes out:\n\(rest)")
                    return
                }
                rest = rest[found.upperBound...]
            }
        }

        @Test(arguments: [
            "abandoned-cart", "birthday", "feature-adoption", "hotel-stay", "renewal-at-risk",
        ])
        func `A playbook's result on its sample events is what its commands say`(
            playbook: String
        ) throws {
            try Self.check(playbook, in: TemporaryFolder())
        }

        /// Takes a minute or two in a release build, so only where it is asked for.
        @Test(
            .enabled(
                if: ProcessInfo.processInfo.environment["PERENNIAL_TEST_DEMO"] == "1",
                "PERENNIAL_TEST_DEMO isn't 1"))
        func `A playbook's result on the demo's shop is what its commands say`() throws {
            let folder = try TemporaryFolder()
            for playbook in ["win-back", "welcome", "vip-early-access", "second-purchase"] {
                try Self.check(playbook, in: folder)
            }
        }

        @Test
        func `Each playbook's page has a result`() throws {
            for file in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) {
                let journey = Self.folder.appending(path: "\(file)/journey.yaml").path
                guard FileManager.default.fileExists(atPath: journey) else { continue }
                let commands = try Self.block("sh", of: try Self.page(file))
                #expect(commands.contains("perennial simulate journey Playbooks/\(file) "))
                #expect(try Self.block("text", of: try Self.page(file)).contains("\(file): "))
            }
        }
    }
}
