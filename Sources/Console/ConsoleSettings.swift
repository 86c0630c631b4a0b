package import Kernel

/// What the console is told once, at the start.
package struct ConsoleSettings: Sendable {
    package var workspaceName: String
    /// Dates and times are shown in this zone.
    package var zone: ZoneRules
    /// Says on every page that the contact details are made up.
    package var isDemo: Bool
    /// True where browsers reach the console by HTTPS: cookies are then `Secure` and `__Host-`.
    package var isSecure: Bool
    /// Keys the tokens in forms. Random for each installation; a new key makes open forms expire.
    package var formKey: SipHash.Key
    package var sessionDays: Int
    /// Shown at the foot of the settings page.
    package var version: String

    package init(
        workspaceName: String, zone: ZoneRules, isDemo: Bool, isSecure: Bool,
        formKey: SipHash.Key, sessionDays: Int = 30, version: String = ""
    ) {
        self.workspaceName = workspaceName
        self.zone = zone
        self.isDemo = isDemo
        self.isSecure = isSecure
        self.formKey = formKey
        self.sessionDays = sessionDays
        self.version = version
    }
}
