import Documents
import Kernel

/// The page of one template: its source beside what it comes to.
struct TemplateEditorView {
    let row: TemplatesView.Row?
    let yaml: String
    let edited: String?
    let customer: String
    let testAddress: String
    let notice: String?
    let problem: String?
    let preview: TemplatePreviewView
    let views: [PreviewLook.Choice]
    let widths: [PreviewLook.Choice]
    let schemes: [PreviewLook.Choice]
    let backPath: String

    /// - Parameters:
    ///   - row: Nil for a new one.
    ///   - email: The member's own, to which a test goes where no other is typed.
    init(
        _ draft: TemplateDraft, row: TemplateRow?, preview: TemplatePreviewView, notice: String?,
        problem: String?, email: String, formats: Formats
    ) {
        let words = formats.words
        self.row = row.map { TemplatesView.Row($0, formats) }
        yaml = draft.yaml
        edited = draft.edited
        customer = draft.customer
        testAddress = draft.testAddress.isEmpty ? email : draft.testAddress
        self.notice = notice
        self.problem = problem
        self.preview = preview
        views = draft.look.choices("look-view", words)
        widths = draft.look.choices("look-width", words)
        schemes = draft.look.choices("look-scheme", words)
        backPath = "/templates"
    }
}

/// What a template comes to for somebody.
struct TemplatePreviewView {
    struct Finding {
        let mark: String
        let severity: String
        let line: String?
        /// What stands in that line; nil where there is none.
        let excerpt: String?
        let text: String
        let advice: String?
    }

    let fault: String?
    let note: String?
    let person: String
    let personPath: String?
    let subject: String
    let subjectLength: String
    let preheader: String
    let text: String
    /// Nil where there is nothing to show.
    let mail: MailFrameView?
    let size: String?
    let isTooLong: Bool
    let findings: [Finding]
    let hasFindings: Bool

    private static let excerptCharactersMax = 100

    init(
        _ preview: TemplatePreview, yaml: String, token: String?, note: String?,
        seesPeople: Bool, formats: Formats
    ) {
        let words = formats.words
        fault = preview.problem?.description
        self.note = note
        person = preview.customerLabel.isEmpty ? words("template.sample") : preview.customerLabel
        personPath = seesPeople ? preview.customer.map { "/customers/\($0)" } : nil
        subject = preview.subject
        subjectLength = words(
            "template.characters", count: preview.subject.count,
            formats.integer(preview.subject.count))
        preheader = preview.preheader
        text = preview.text
        mail = token.map { MailFrameView("/templates/drafts/\($0)", title: preview.subject) }
        let bytes = preview.html.utf8.count
        isTooLong = token == nil && bytes > DraftShelf.draftBytesMax
        size = bytes > 0 ? words("template.size", formats.integer((bytes + 1023) / 1024)) : nil
        let lines = yaml.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        findings = preview.findings.map { finding in
            let place = finding.line.flatMap { lines.indices.contains($0 - 1) ? $0 - 1 : nil }
            let excerpt = place.map {
                String(trimmed(lines[$0]).prefix(Self.excerptCharactersMax))
            }
            return Finding(
                mark: "finding-\(finding.severity.rawValue)",
                severity: words("finding.\(finding.severity.rawValue)"),
                line: finding.line.map { words("finding.line", formats.integer($0)) },
                excerpt: excerpt?.isEmpty == true ? nil : excerpt, text: finding.text,
                advice: finding.advice.isEmpty ? nil : finding.advice)
        }
        hasFindings = !findings.isEmpty
    }
}

/// A mail in frames, in the light and in the dark.
struct MailFrameView {
    let lightPath: String
    let darkPath: String
    let mailTitle: String

    init(_ path: String, title: String) {
        lightPath = "\(path)?scheme=light"
        darkPath = "\(path)?scheme=dark"
        mailTitle = title
    }
}

/// What the preview's template expects around it.
struct TemplatePreviewPart {
    let preview: TemplatePreviewView
}
