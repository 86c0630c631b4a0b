import Kernel

/// The page of one message: what it said, and what became of it.
struct MessagePageView {
    struct Fact {
        let name: String
        let value: String
        let path: String?
    }

    struct Event {
        let kind: String
        let at: String
        let note: String?
        let mark: String
    }

    struct Answer {
        let at: String
        let text: String
        let words: String?
    }

    let message: MessageView
    let problem: String?
    let facts: [Fact]
    let why: String?
    let events: [Event]
    let hasEvents: Bool
    let answers: [Answer]
    let hasAnswers: Bool
    let mail: MailFrameView?
    let text: String
    let preheader: String
    let isGone: Bool
    let views: [PreviewLook.Choice]
    let widths: [PreviewLook.Choice]
    let schemes: [PreviewLook.Choice]

    init(_ data: MessagePageData, look: PreviewLook, problem: String?, formats: Formats) {
        let words = formats.words
        let row = data.row
        let message = MessageView(row, formats)
        self.message = message
        self.problem = problem
        var facts = [
            Fact(
                name: words("column.name"), value: message.customer, path: message.customerPath),
            Fact(name: words("message.to"), value: row.address, path: nil),
            Fact(name: words("message.from"), value: data.from, path: nil),
        ]
        if let template = message.template {
            facts.append(
                Fact(
                    name: words("definition.template"),
                    value: words("message.version", template, formats.integer(data.version)),
                    path: message.templatePath))
        }
        if let origin = message.origin {
            facts.append(
                Fact(
                    name: words("message.origin.\(row.origin.kind.rawValue)"), value: origin,
                    path: message.originPath))
        }
        let stream = words(data.isTransactional ? "stream.transactional" : "stream.marketing")
        facts.append(
            Fact(
                name: words("template.topic"), value: data.topic.isEmpty ? stream : data.topic,
                path: nil))
        if !data.messageID.isEmpty {
            facts.append(Fact(name: "Message-ID", value: data.messageID, path: nil))
        }
        self.facts = facts.filter { !$0.value.isEmpty }
        why = data.why.isEmpty ? nil : data.why
        events = data.events.map { event in
            Event(
                kind: words("mail.event.\(event.kind.rawValue)"), at: formats.moment(event.at),
                note: event.note.isEmpty ? nil : event.note, mark: "event-\(event.kind.rawValue)")
        }
        hasEvents = !events.isEmpty
        answers = data.answers.map { answer in
            Answer(
                at: formats.moment(answer.at), text: answer.text,
                words: answer.words.isEmpty ? nil : answer.words)
        }
        hasAnswers = !answers.isEmpty
        mail =
            data.html.isEmpty
            ? nil : MailFrameView("\(message.path)/rendered", title: message.subject)
        text = data.text
        preheader = data.preheader
        isGone = data.html.isEmpty && data.text.isEmpty
        views = look.choices("look-view", words)
        widths = look.choices("look-width", words)
        schemes = look.choices("look-scheme", words)
    }
}
