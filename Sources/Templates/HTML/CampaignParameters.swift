/// The `utm_` parameters that web analytics reads.
package struct CampaignParameters: Hashable, Sendable {
    package let source: String
    package let medium: String
    package let campaign: String
    package let content: String?
    package let term: String?
    /// `utm_source` and `utm_source=…`, as they are added.
    private let members: [Member]

    private struct Member: Hashable, Sendable {
        var name: String
        var text: String
    }

    package init(
        source: String, medium: String = "email", campaign: String, content: String? = nil,
        term: String? = nil
    ) {
        self.source = source
        self.medium = medium
        self.campaign = campaign
        self.content = content
        self.term = term
        members = [
            ("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign),
            ("utm_content", content), ("utm_term", term),
        ].compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            let encoded = Escaper.urlEncoded(value.utf8Span.span)
            return Member(name: name, text: name + "=" + String(decoding: encoded, as: UTF8.self))
        }
    }

    /// A link with the parameters that it doesn't have yet, before its fragment.
    package func adding(to link: String) -> String {
        let bytes = Array(link.utf8)
        let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
        let question = bytes[..<end].firstIndex(of: UInt8(ascii: "?"))
        var there: Set<String> = []
        if let question, find(Array("utm_".utf8), in: bytes, from: question) != nil {
            for part in bytes[(question + 1)..<end].split(separator: UInt8(ascii: "&")) {
                there.insert(
                    String(decoding: part.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self))
            }
        }
        var output = Array(bytes[..<end])
        var isFirst = question == nil
        for member in members where !there.contains(member.name) {
            if isFirst {
                output.append(UInt8(ascii: "?"))
                isFirst = false
            } else if output.last != UInt8(ascii: "?"), output.last != UInt8(ascii: "&") {
                output.append(UInt8(ascii: "&"))
            }
            output.append(contentsOf: member.text.utf8)
        }
        output.append(contentsOf: bytes[end...])
        return String(decoding: output, as: UTF8.self)
    }
}
