import Messaging
import Templates

/// Where a test of a template may go.
enum TestAddress {
    struct Refusal: Error {
        let reason: String
    }

    /// The address as it is sent to.
    static func checked(
        _ text: String, _ source: MessageSource
    ) throws(Refusal) -> String {
        let channel = source.channel
        guard RunningServer.sentChannels.contains(channel.rawValue) else {
            throw Refusal(
                reason: channel == .email
                    ? "no mail goes out from here: a server must run (perennial serve) that was started "
                        + "with mail.from and mail.smtp.host set"
                    : "Nothing is sent by \(channel.rawValue) here: docs/channels.md says how")
        }
        switch channel {
        case .email:
            do throws(AddressRefusal) {
                return try EmailAddress(text).description
            } catch {
                throw Refusal(reason: error.reason)
            }
        case .sms:
            do throws(PhoneNumber.Refusal) {
                return try PhoneNumber(text).description
            } catch {
                throw Refusal(reason: error.reason)
            }
        case .push:
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Refusal(reason: "A test needs a device's token")
            }
            return text
        // It goes to the template's own room.
        case .chat: return source.room
        case .inbox:
            throw Refusal(
                reason: "A test would lie in a customer's own inbox; look at the preview instead")
        }
    }
}
