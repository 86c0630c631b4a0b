package import Kernel

/// The settings of a workspace with their types, valid in themselves and together.
package struct WorkspaceSettings: Sendable, Equatable {
    package struct Server: Sendable, Equatable {
        package var host: String
        /// 0 takes a free port.
        package var port: Int
        /// nil where the server has no other address than the one it listens on.
        package var publicURL: String?
        /// Whether cookies carry `Secure`; already decided where the setting says auto.
        package var secureCookies: Bool
    }

    package struct Workspace: Sendable, Equatable {
        /// An IANA name that this machine knows.
        package var timezone: String
        package var currency: Currency
        package var activeDays: Int
    }

    package struct Log: Sendable, Equatable {
        /// swift-log's levels, by their names.
        package enum Level: String, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }

        package enum Format: String, Sendable, CaseIterable {
            case text, json
        }

        package var level: Level
        package var format: Format
    }

    package struct Ingest: Sendable, Equatable {
        package var queueMiB: Int
        package var commitMiB: Int

        package var queueBytes: Int { queueMiB << 20 }
        package var commitBytes: Int { commitMiB << 20 }
    }

    package struct Identity: Sendable, Equatable {
        package var userIDLimit: Int
        package var emailLimit: Int
        package var phoneLimit: Int
        package var anonymousIDLimit: Int
        /// Besides the built-in ones.
        package var blockedValues: [String]
    }

    package struct Analytics: Sendable, Equatable {
        package var threads: Int
        package var memoryMiB: Int
        /// nil: the library that `script/setup` installed.
        package var library: String?
    }

    package struct Scoring: Sendable, Equatable {
        /// nil: only when asked.
        package var intervalHours: Int?
    }

    package struct Offers: Sendable, Equatable {
        /// By id.
        package var excludedProducts: [String]
    }

    package struct Webhooks: Sendable, Equatable {
        /// Whether every receiver may be at an address that isn't public.
        package var allowPrivate: Bool
    }

    /// What messages say of who sends them; empty texts for what isn't said.
    package struct Company: Sendable, Equatable {
        package var name: String
        package var address: String
        package var url: String
        package var logo: String
        package var colour: String
    }

    /// How e-mails are sent.
    package struct Mail: Sendable, Equatable {
        package enum Security: String, Sendable, CaseIterable {
            case starttls, tls, opportunistic, none
        }

        package var from: String
        package var replyTo: String?
        /// Nil where none are sent.
        package var host: String?
        package var port: Int
        package var security: Security
        package var user: String?
        package var password: String
        package var connections: Int
        package var bounceDomain: String?
        package var dkimDomain: String?
        package var dkimSelectors: [String]
        package var productURL: String
        package var isTracking: Bool
        package var perDomain: [String]
        package var keepMonths: Int

        /// Whether there is enough to send by.
        package var isSetUp: Bool { host != nil && !from.isEmpty }
    }

    /// How SMS are sent.
    package struct SMS: Sendable, Equatable {
        package enum Provider: String, Sendable, CaseIterable {
            case none, twilio, gateway
        }

        package var provider: Provider
        package var from: String
        package var optOut: String
        package var segmentsMax: Int
        package var twilioAccount: String
        package var twilioToken: String
        package var twilioURL: String
        package var gatewayURL: String
        package var gatewayToken: String

        package var isSetUp: Bool { provider != .none }
    }

    /// How messages go to devices.
    package struct Push: Sendable, Equatable {
        /// A service account's file; nil where nothing is pushed.
        package var account: String?
        package var url: String
    }

    package var server: Server
    package var workspace: Workspace
    package var log: Log
    package var ingest: Ingest
    package var identity: Identity
    package var analytics: Analytics
    /// nil: the LightGBM library that `script/setup` installed.
    package var lightGBMLibrary: String?
    /// nil: the folder that `script/setup` filled.
    package var assetsDirectory: String?
    package var scoring: Scoring
    package var offers: Offers
    package var webhooks: Webhooks
    package var company: Company
    package var mail: Mail
    package var sms: SMS
    package var push: Push
    /// Rooms of colleagues, by name.
    package var chatRooms: [String]
    /// Whether messages to the inbox are stored.
    package var hasInbox: Bool
    /// Whether providers may be at addresses that aren't public.
    package var allowsPrivateProviders: Bool

    /// Channels whose messages are sent.
    package var sentChannels: Set<String> {
        var channels: Set<String> = []
        if mail.isSetUp { channels.insert("email") }
        if sms.isSetUp { channels.insert("sms") }
        if push.account != nil { channels.insert("push") }
        if !chatRooms.isEmpty { channels.insert("chat") }
        if hasInbox { channels.insert("inbox") }
        return channels
    }
}

/// Settings as they were loaded: the typed values, and for each setting its source.
package struct LoadedSettings: Sendable, Equatable {
    /// One line of `perennial config`.
    package struct Row: Sendable, Equatable {
        package var setting: Setting
        package var value: SettingValue
        package var source: SettingSource

        package init(setting: Setting, value: SettingValue, source: SettingSource) {
            self.setting = setting
            self.value = value
            self.source = source
        }
    }

    package var values: WorkspaceSettings
    /// In the order of `Setting.all`.
    package var rows: [Row]
    /// `PERENNIAL_…` variables that nothing reads. No failure: a container's platform may set
    /// variables of that form itself (`PERENNIAL_SERVICE_HOST`).
    package var warnings: [SettingsProblem]
}
