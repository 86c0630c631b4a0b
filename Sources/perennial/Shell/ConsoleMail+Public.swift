import Console
import Kernel
import Messaging
import Records
import Runtime
import Settings

/// The pages that recipients come to by the links in their messages.
extension ConsoleMail {
    func fillPublic(_ data: inout MailData) {
        data.company = PublicCompany(
            name: settings.company.name, url: settings.company.url,
            address: settings.company.address, logo: settings.company.logo,
            colour: settings.company.colour)
        data.unsubscribePage = { token in
            try await Blocking.run {
                guard let recipient = try recipient(token, .unsubscribe) else { return nil }
                return page(of: recipient, isOff: try workspace.isUnsubscribed(recipient) ?? false)
            }
        }
        data.unsubscribe = { token, manner in
            try await set(false, token, source: manner == .oneClick ? "one-click" : "page")
        }
        data.resubscribe = { token in try await set(true, token, source: "page") }
        data.preferences = { token in
            try await Blocking.run {
                try recipient(token, .preferences).map { try preferences(of: $0) }
            }
        }
        data.savePreferences = { token, choices in try await save(choices, token) }
    }

    private func recipient(
        _ token: String, _ purpose: SignedLink.Purpose
    ) throws -> MailRecipient? {
        try keys.flatMap { try workspace.mailRecipient(token, purpose, $0) }
    }

    // MARK: Unsubscribing

    private func page(of recipient: MailRecipient, isOff: Bool) -> UnsubscribePageData {
        let link = SignedLink(.preferences, message: recipient.message.id.rawValue)
        return UnsubscribePageData(
            address: recipient.message.draft.address,
            topic: recipient.topic.map(Self.title) ?? "", isUnsubscribed: isOff,
            preferencesToken: keys.flatMap { link?.token($0) } ?? "")
    }

    /// Says again what is so already only where that can't be known.
    private func set(
        _ isGiven: Bool, _ token: String, source: String
    ) async throws -> UnsubscribePageData? {
        let found = try await Blocking.run {
            try recipient(token, .unsubscribe).map { ($0, try workspace.isUnsubscribed($0)) }
        }
        guard let (recipient, isOff) = found else { return nil }
        if isOff == nil || isOff == isGiven {
            try await workspace.setConsent(
                isGiven, topic: recipient.topic, of: recipient, source: source)
        }
        return page(of: recipient, isOff: !isGiven)
    }

    // MARK: Preferences

    private func preferences(of recipient: MailRecipient) throws -> PreferencesPageData {
        let choices = try workspace.topicChoices(of: recipient.customer)
        return PreferencesPageData(
            address: recipient.message.draft.address,
            topics: choices.map { choice in
                .init(name: choice.topic, title: Self.title(choice.topic), isOn: choice.isWanted)
            }, isAllOff: !choices.isEmpty && choices.allSatisfy { !$0.isWanted })
    }

    private func save(
        _ chosen: PreferenceChoices, _ token: String
    ) async throws -> PreferencesPageData? {
        let found = try await Blocking.run {
            try recipient(token, .preferences).map {
                ($0, try workspace.topicChoices(of: $0.customer))
            }
        }
        guard let (recipient, before) = found else { return nil }
        try await workspace.setConsents(
            TopicChoice.said(by: chosen.topics, isAllOff: chosen.isAllOff, before: before),
            of: recipient, source: "preferences")
        return try await Blocking.run {
            var page = try preferences(of: recipient)
            // Where nothing is sent any more, what was said can't be read; it holds all the same.
            if chosen.isAllOff { page.isAllOff = true }
            return page
        }
    }
}
