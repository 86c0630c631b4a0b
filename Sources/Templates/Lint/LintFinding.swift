/// Something that its author should know before a message goes out.
package struct LintFinding: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, CaseIterable, Sendable, Comparable {
        /// The message can't be sent so.
        case error
        /// It can, but some readers or inboxes will mind.
        case warning
        case advice

        package static func < (left: Self, right: Self) -> Bool {
            let order = allCases
            return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
        }
    }

    package enum Rule: String, CaseIterable, Sendable {
        case syntax, unknownFilter, unknownTag, unknownTemplate, unclosed, unsafePlace, tooLarge
        case unknownVariable, noDefault
        case noSubject, longSubject, noPreheader, longPreheader, noText
        case noUnsubscribe, noPostalAddress
        case insecureLink, relativeLink, emptyLink, unsafeLink, imageWithoutAlt, strippedElement
        case clipped, rendering
        case longText, noTitle
    }

    package enum Part: String, CaseIterable, Sendable {
        case subject, preheader, html, text, message
        case title, url, image
    }

    package var severity: Severity
    package var rule: Rule
    package var part: Part
    package var place: TemplatePlace
    /// What is so.
    package var message: String
    /// What to do about it.
    package var advice: String

    package init(
        _ severity: Severity, _ rule: Rule, _ part: Part, at place: TemplatePlace,
        _ message: String, advice: String
    ) {
        self.severity = severity
        self.rule = rule
        self.part = part
        self.place = place
        self.message = message
        self.advice = advice
    }

    /// `warning: welcome html, line 3, column 8: … Advice.`
    package var description: String { "\(severity.rawValue): \(place): \(message). \(advice)" }
}
