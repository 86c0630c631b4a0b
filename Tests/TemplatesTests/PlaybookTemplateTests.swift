import Documents
import Foundation
import Kernel
import Templates
import Testing
import YAMLText

/// The mails of the playbooks can be sent as they are, whoever gets them.
@Suite struct PlaybookTemplateTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Playbooks")

    struct Mail: CustomTestStringConvertible, Sendable {
        /// The playbook's folder.
        let playbook: String
        let fileName: String
        let node: DocumentNode

        var testDescription: String { playbook + "/" + fileName }

        func source() throws -> MessageSource { try MessageSource(DocumentReader(node)) }
    }

    static let mails: [Mail] = files(in: "templates").compactMap { file in
        // A file that can't be read is missed below, where journeys name it.
        guard let text = try? String(contentsOf: file, encoding: .utf8),
            let node = try? DocumentNode(yaml: text)
        else { return nil }
        return Mail(
            playbook: file.deletingLastPathComponent().deletingLastPathComponent()
                .lastPathComponent,
            fileName: file.deletingPathExtension().lastPathComponent, node: node)
    }

    private static func files(in folderName: String) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (all?.allObjects ?? []).compactMap { $0 as? URL }
            .filter {
                $0.pathExtension == "yaml"
                    && $0.deletingLastPathComponent().lastPathComponent == folderName
            }.sorted { $0.path < $1.path }
    }

    /// The mails that a playbook's journey sends, with the tags of the step.
    private static func sent(by playbook: String) throws -> [(template: String, tags: [String])] {
        let file = folder.appending(path: "\(playbook)/journey.yaml")
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        var found: [(String, [String])] = []
        func walk(_ node: DocumentNode) {
            switch node.value {
            case .mapping(let members):
                if case .text(let name)? = node["template"]?.value {
                    var tags: [String] = []
                    if case .list(let list)? = node["tags"]?.value {
                        for case .text(let tag) in list.map(\.value) { tags.append(tag) }
                    }
                    found.append((name, tags))
                }
                for member in members { walk(member.value) }
            case .list(let nodes): nodes.forEach(walk)
            default: break
            }
        }
        walk(try DocumentNode(yaml: String(contentsOf: file, encoding: .utf8)))
        return found
    }

    @Test func `each mail that a journey sends is in its folder, and no other`() throws {
        let playbooks = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        var count = 0
        for playbook in playbooks {
            let sent = try Self.sent(by: playbook)
            let there = Self.mails.filter { $0.playbook == playbook }
            #expect(Set(sent.map(\.template)) == Set(there.map(\.fileName)), "\(playbook)")
            for mail in there { #expect(try mail.source().name == mail.fileName) }
            count += there.count
        }
        #expect(count == Self.mails.count && count > 15)
    }

    @Test func `only service mail goes without consent`() throws {
        for mail in Self.mails {
            let step = try #require(
                Self.sent(by: mail.playbook).first { $0.template == mail.fileName })
            let isService = step.tags.contains("service")
            let source = try mail.source()
            #expect((source.purpose == .transactional) == isService, "\(mail.fileName)")
            // Offers would make advertising of it.
            #expect(!isService || source.html?.contains("offers") == false, "\(mail.fileName)")
        }
    }

    @Test(arguments: mails)
    func `a mail of a playbook has nothing that a lint would find`(mail: Mail) throws {
        let lint = TemplateLint(set: try .withBuiltIn(), schema: PlaybookValues.schema)
        // The text is made from the HTML, which is what the advice is about.
        let found = lint.findings(in: try mail.source()).filter { $0.rule != .noText }
        #expect(found.isEmpty, "\(found)")
    }

    @Test(arguments: mails, PlaybookValues.Reader.allCases)
    func `a mail of a playbook reads well for anybody`(
        mail: Mail, reader: PlaybookValues.Reader
    ) throws {
        let source = try mail.source()
        let template = try TemplateSet.withBuiltIn().compile(source)
        let isMarketing = source.purpose == .marketing
        let values = PlaybookValues.values(for: reader, isMarketing: isMarketing)
        let message = try template.render(
            RenderInputs(
                values: values, language: Language("en-GB"),
                now: Timestamp("2026-05-04T09:30:00Z"), currency: Currency("GBP")))
        #expect(message.warnings.isEmpty, "\(message.warnings)")
        #expect(TemplateLint.findings(in: message, source: source).isEmpty)
        #expect((8...60).contains(message.subject.count), "\(message.subject)")
        #expect((20...120).contains(message.preheader.count), "\(message.preheader)")
        let html = String(decoding: message.html ?? [], as: UTF8.self)
        #expect(html.utf8.count < TemplateLint.htmlBytesMax / 4)
        let text = String(decoding: message.text, as: UTF8.self)
        for part in [html, text] {
            #expect(part.contains("https://mail.example.com/u") == isMarketing)
            #expect(part.contains("Example Shop"))
            #expect(part.contains("Hello \(reader == .full ? "Ada" : "there"),"))
            if source.required.contains("coupon.code") {
                #expect(part.contains("BACK-7Q2K") && part.contains("18 May 2026"))
            }
            if source.html?.contains("\"lines\"") == true {
                #expect(part.contains("£48.50") == (reader == .full))
            }
            // What stands for nothing, or for a sentence without its end.
            for trace in [" ,", "  .", " .\n", "undefined", "null", ":\n\nBack"] {
                #expect(!text.contains(trace), "\(trace) in \(text)")
            }
        }
        #expect(!html.contains("href=\"\"") && !html.contains("href=\"?"))
        #expect(text.firstMatch(of: /<\/?[a-z]|&[a-z]+;/) == nil, "\(text)")
        #expect(html.contains("Tea &amp; &lt;Co&gt;") || !html.contains("Tea &"))
    }

    @Test(arguments: [
        ("https://shop.example.com", "https://shop.example.com?survey=win-back&amp;answer="),
        (
            "https://shop.example.com/?a=1",
            "https://shop.example.com/?a=1&amp;survey=win-back&amp;answer="
        ),
    ])
    func `each answer to the survey is a link of its own`(shop: String, link: String) throws {
        let mail = try #require(Self.mails.first { $0.fileName == "win-back-survey" })
        let message = try TemplateSet.withBuiltIn().compile(mail.source()).render(
            RenderInputs(
                values: .mapping([("links", .mapping([("shop", .text(shop))]))]),
                language: .english))
        let html = String(decoding: message.html ?? [], as: UTF8.self)
        let answers = html.components(separatedBy: "href=\"" + link).dropFirst()
            .map { $0.prefix { $0 != "\"" } }
        #expect(answers == ["no-need", "price", "range", "service", "elsewhere"])
    }
}
