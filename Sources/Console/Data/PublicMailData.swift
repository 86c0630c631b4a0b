/// Who writes, as recipients know it.
package struct PublicCompany: Sendable, Equatable {
    /// Empty for the workspace's name.
    package var name: String
    /// Where its shop is: `https://…`; empty for none.
    package var url: String
    /// Its postal address; empty for none.
    package var address: String
    /// Where its logo is: `https://…`; empty for none.
    package var logo: String
    /// Such as `#1a6f4b`; empty for none.
    package var colour: String

    package init(
        name: String = "", url: String = "", address: String = "", logo: String = "",
        colour: String = ""
    ) {
        self.name = name
        self.url = url
        self.address = address
        self.logo = logo
        self.colour = colour
    }
}

/// How somebody unsubscribed.
package enum UnsubscribeManner: Sendable, Equatable {
    /// Their mail program did it for them (RFC 8058).
    case oneClick
    /// With the button on the page.
    case page
}

/// What a signed link for unsubscribing is about.
package struct UnsubscribePageData: Sendable, Equatable {
    /// The whole address; the page shows only a part of it.
    package var address: String
    /// The topic's title; empty where the link is about all marketing mail.
    package var topic: String
    /// Whether nothing of it is sent any more.
    package var isUnsubscribed: Bool
    /// The token of their preference page; empty for none.
    package var preferencesToken: String

    package init(
        address: String, topic: String = "", isUnsubscribed: Bool = false,
        preferencesToken: String = ""
    ) {
        self.address = address
        self.topic = topic
        self.isUnsubscribed = isUnsubscribed
        self.preferencesToken = preferencesToken
    }
}

/// What somebody may choose to be sent.
package struct PreferencesPageData: Sendable, Equatable {
    /// More topics than this are never shown.
    package static let topicsMax = 50

    /// Something one can be written to about.
    package struct Topic: Sendable, Equatable {
        package var name: String
        package var title: String
        /// Empty for none.
        package var description: String
        /// Whether it is sent to them, all marketing mail being on.
        package var isOn: Bool

        package init(
            name: String, title: String, description: String = "", isOn: Bool
        ) {
            self.name = name
            self.title = title
            self.description = description
            self.isOn = isOn
        }
    }

    /// The whole address; the page shows only a part of it.
    package var address: String
    /// In the order in which they are to be shown; the first `topicsMax`.
    package var topics: [Topic]
    /// Whether no marketing mail is sent to them at all.
    package var isAllOff: Bool

    package init(
        address: String, topics: [Topic] = [], isAllOff: Bool = false
    ) {
        self.address = address
        self.topics = topics
        self.isAllOff = isAllOff
    }
}

/// What somebody chose on their preference page.
package struct PreferenceChoices: Sendable, Equatable {
    /// The names of the topics that they ticked; all others of the page's topics are off.
    package var topics: Set<String>
    /// No marketing mail at all, whatever is ticked.
    package var isAllOff: Bool

    package init(
        topics: Set<String>, isAllOff: Bool
    ) {
        self.topics = topics
        self.isAllOff = isAllOff
    }
}
