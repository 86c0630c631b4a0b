/// The page of a link for unsubscribing.
struct UnsubscribeView {
    /// Partly hidden.
    let address: String
    let what: String
    let path: String
    /// What was just done; nil where nothing was.
    let done: String?
    let isUnsubscribed: Bool
    let preferencesPath: String?

    /// - Parameter wasChanged: Whether that is what the button just did.
    init(_ data: UnsubscribePageData, token: String, wasChanged: Bool = false, _ words: Words) {
        address = HiddenAddress.text(data.address)
        isUnsubscribed = data.isUnsubscribed
        path = "/m/u/\(token)"
        preferencesPath =
            PublicVisit.isToken(data.preferencesToken) ? "/m/p/\(data.preferencesToken)" : nil
        what = data.topic.isEmpty ? words("public.everything") : data.topic
        if data.isUnsubscribed {
            done = words("public.off")
        } else {
            done = wasChanged ? words("public.on") : nil
        }
    }
}

/// The page on which somebody chooses what they are sent.
struct PreferencesView {
    struct Topic {
        let number: Int
        let name: String
        let title: String
        let description: String?
        let isOn: Bool
    }

    let address: String
    let path: String
    let topics: [Topic]
    let hasTopics: Bool
    let isAllOff: Bool
    let wasSaved: Bool

    init(_ data: PreferencesPageData, token: String, wasSaved: Bool) {
        address = HiddenAddress.text(data.address)
        path = "/m/p/\(token)"
        topics = data.topics.prefix(PreferencesPageData.topicsMax).enumerated().map {
            Topic(
                number: $0 + 1, name: $1.name, title: $1.title.isEmpty ? $1.name : $1.title,
                description: $1.description.isEmpty ? nil : $1.description, isOn: $1.isOn)
        }
        hasTopics = !topics.isEmpty
        isAllOff = data.isAllOff
        self.wasSaved = wasSaved
    }
}

/// Something said to a recipient, with what to do about it.
struct PublicNoteView {
    let title: String
    let text: String
    let advice: String
}
