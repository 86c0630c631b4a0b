import Console
import Kernel

/// Mail with hostile names in every place where text from outside is shown.
enum MailSample {
    static let token = "AbC-_9"
    static let hostile = SampleData.hostile
    static let combining = SampleData.combining

    static func unsubscribePage(isOff: Bool) -> UnsubscribePageData {
        UnsubscribePageData(
            address: "ada@example.test", topic: hostile, isUnsubscribed: isOff,
            preferencesToken: token)
    }

    static func preferences(_ choices: [PreferenceChoices]) -> PreferencesPageData {
        let chosen = choices.last
        func topic(_ name: String, _ title: String, _ text: String) -> PreferencesPageData.Topic {
            PreferencesPageData.Topic(
                name: name, title: title, description: text,
                isOn: chosen?.topics.contains(name) ?? true)
        }
        return PreferencesPageData(
            address: "ada@example.test",
            topics: [topic("news", hostile, combining), topic("offers\"&", combining, "")],
            isAllOff: chosen?.isAllOff ?? false)
    }
}
