extension Setting {
    /// Every setting there is, in the order in which they are shown.
    package static let all: [Setting] =
        [
            Setting(
                "server.host", .host, default: "127.0.0.1", flag: "--host",
                meaning: "The address the server listens on; 0.0.0.0 for all of them."),
            Setting(
                "server.port", .whole(0...65535), default: "8080", flag: "--port",
                meaning: "The port of the API and the console; 0 takes a free one."),
            Setting(
                "server.publicURL", .webAddress, default: "", flag: "--public-url",
                meaning: "The address people and programs reach the server by, behind a proxy."),
            Setting(
                "server.secureCookies", .choice(["auto", "true", "false"]), default: "auto",
                meaning: "Whether cookies are for HTTPS only; auto: when server.publicURL is https."
            ),
            Setting(
                "workspace.timezone", .zone, default: "UTC", flag: "--timezone",
                meaning: "The time zone that days and months are counted in."),
            Setting(
                "workspace.currency", .currency, default: "USD",
                meaning: "The currency of amounts that name none."),
            Setting(
                "workspace.activeDays", .whole(1...3650), default: "90",
                meaning: "A customer is active who ordered in this many trailing days."),
            Setting(
                "log.level", .choice(WorkspaceSettings.Log.Level.allCases.map(\.rawValue)),
                default: "info", flag: "--log-level",
                meaning: "The least serious log line that is written."),
            Setting(
                "log.format", .choice(WorkspaceSettings.Log.Format.allCases.map(\.rawValue)),
                default: "text", flag: "--log-format",
                meaning: "Log lines as key=value text or as one JSON object each."),
            Setting(
                "ingest.queueMiB", .whole(1...4096), default: "64",
                meaning: "How much may wait for the log before requests get 429."),
            Setting(
                "ingest.commitMiB", .whole(1...256), default: "4",
                meaning: "The most that one commit of the log takes in; not above ingest.queueMiB."),
            Setting(
                "identity.limit.userId", .whole(1...100), default: "1",
                meaning: "How many user ids one customer may have."),
            Setting(
                "identity.limit.email", .whole(1...100), default: "5",
                meaning: "How many e-mail addresses one customer may have."),
            Setting(
                "identity.limit.phone", .whole(1...100), default: "5",
                meaning: "How many phone numbers one customer may have."),
            Setting(
                "identity.limit.anonymousId", .whole(1...100), default: "5",
                meaning: "How many anonymous ids one customer may have."),
            Setting(
                "identity.blockedValues", .list(countMax: 1000), default: "",
                meaning: "Values that never identify anybody, besides the built-in ones."),
            Setting(
                "analytics.threads", .whole(1...256), default: "2",
                meaning: "How many threads a query on the archive may use."),
            Setting(
                "analytics.memoryMiB", .whole(64...1_048_576), default: "1024",
                meaning: "How much memory the archive may use before it spills to disk."),
            Setting(
                "duckdb.library", .path, default: "", otherVariable: "DUCKDB_LIBRARY",
                meaning: "A DuckDB library of your own; empty: the one script/setup installed."),
            Setting(
                "lightgbm.library", .path, default: "", otherVariable: "LIGHTGBM_LIBRARY",
                meaning: "A LightGBM library of your own; empty: the one script/setup installed."),
            Setting(
                "assets.directory", .path, default: "",
                meaning: "The folder of the browser assets; empty: the one script/setup filled."),
            Setting(
                "scoring.intervalHours", .whole(0...8760), default: "24",
                meaning: "How often the server scores all customers; 0 = never by itself."),
            Setting(
                "offers.excludedProducts", .list(countMax: 1000), default: "",
                meaning: "Products that are never offered, by id: postage, vouchers."),
            Setting(
                "webhooks.allowPrivate", .choice(["true", "false"]), default: "false",
                meaning:
                    "Whether every webhook may go to addresses that aren't public, without TLS."),
        ] + company + mail + channels

    /// What messages say of who sends them.
    private static let company = [
        Setting(
            "company.name", .line, default: "",
            meaning: "The company's name, as messages and public pages show it."),
        Setting(
            "company.address", .line, default: "",
            meaning: "Its postal address, which marketing mail must show in many countries."),
        Setting(
            "company.url", .webAddress, default: "",
            meaning: "Its shop or home page; links.shop in templates."),
        Setting(
            "company.logo", .webAddress, default: "",
            meaning:
                "The address of its logo, 40 pixels high in messages and, by https, on members' pages."
        ),
        Setting(
            "company.colour", .line, default: "",
            meaning: "The colour of buttons in messages and of members' pages, such as #1a6f4b."),
    ]

    /// How e-mails are sent.
    private static let mail = [
        Setting(
            "mail.from", .line, default: "",
            meaning: "Who e-mails are from: Shop <news@shop.example.com>."),
        Setting(
            "mail.replyTo", .line, default: "",
            meaning: "Where answers go; empty: to mail.from."),
        Setting(
            "mail.smtp.host", .line, default: "",
            meaning: "The server that e-mails are handed to; empty: none are sent."),
        Setting(
            "mail.smtp.port", .whole(1...65535), default: "587",
            meaning: "Its port: 587 with starttls, 465 with tls."),
        Setting(
            "mail.smtp.security", .choice(["starttls", "tls", "opportunistic", "none"]),
            default: "starttls",
            meaning: "TLS by STARTTLS, from the first byte, where offered, or not at all."),
        Setting(
            "mail.smtp.user", .line, default: "", meaning: "Who logs in there; empty: nobody."),
        Setting(
            "mail.smtp.password", .line, default: "", isSecret: true,
            meaning: "The password for it."),
        Setting(
            "mail.smtp.connections", .whole(1...100), default: "4",
            meaning: "How many connections to it there may be."),
        Setting(
            "mail.bounceDomain", .line, default: "",
            meaning: "The domain that bounces come to; empty: they go to mail.from, unread."),
        Setting(
            "mail.dkim.domain", .line, default: "",
            meaning: "The domain that e-mails are signed for; empty: that of mail.from."),
        Setting(
            "mail.dkim.selectors", .list(countMax: 4), default: "",
            meaning: "Keys that sign e-mails, each keys/dkim-SELECTOR.pem; empty: unsigned."),
        Setting(
            "mail.productURL", .line, default: "",
            meaning: "A product's page, with {id} for its id, for what messages offer."),
        Setting(
            "mail.tracking", .choice(["true", "false"]), default: "true",
            meaning: "Whether opens and clicks of marketing e-mails are counted."),
        Setting(
            "mail.perDomain", .list(countMax: 200), default: "",
            meaning: "Marketing e-mails an hour by domain: warmup, gmail.com=500, *=2000."),
        Setting(
            "mail.keepMonths", .whole(0...1200), default: "24",
            meaning: "How long what e-mails said is kept; a year later they go. 0 = for ever."),
    ]

    /// How messages go that aren't e-mails.
    private static let channels = [
        Setting(
            "sms.provider", .choice(WorkspaceSettings.SMS.Provider.allCases.map(\.rawValue)),
            default: "none",
            meaning: "Who sends SMS: Twilio, a gateway that takes JSON, or nobody."),
        Setting(
            "sms.from", .line, default: "",
            meaning: "The number or name that SMS are from, or Twilio's messaging service."),
        Setting(
            "sms.optOut", .line, default: "Reply STOP to opt out",
            meaning: "The line that marketing SMS end with where they tell no way out."),
        Setting(
            "sms.segmentsMax", .whole(1...10), default: "6",
            meaning: "How many segments an SMS may take; a longer one isn't sent."),
        Setting(
            "sms.twilio.account", .line, default: "",
            meaning: "The account's SID at Twilio: AC and 32 digits and letters."),
        Setting(
            "sms.twilio.token", .line, default: "", isSecret: true,
            meaning: "Its auth token."),
        Setting(
            "sms.twilio.url", .webAddress, default: "https://api.twilio.com",
            meaning: "Where Twilio's API is."),
        Setting(
            "sms.gateway.url", .webAddress, default: "",
            meaning: "The address that a gateway takes SMS at (docs/channels.md)."),
        Setting(
            "sms.gateway.token", .line, default: "", isSecret: true,
            meaning: "The bearer token for it; empty: none."),
        Setting(
            "push.fcm.account", .path, default: "",
            meaning: "The service account's JSON file that pushes go by; empty: none go."),
        Setting(
            "push.fcm.url", .webAddress, default: "https://fcm.googleapis.com",
            meaning: "Where Firebase Cloud Messaging is."),
        Setting(
            "chat.rooms", .list(countMax: 20), default: "",
            meaning: "Rooms of colleagues, each with its webhook in keys/chat-NAME."),
        Setting(
            "inbox.enabled", .choice(["true", "false"]), default: "false",
            meaning: "Whether messages to the inbox are stored for the shop's app to show."),
        Setting(
            "channels.allowPrivate", .choice(["true", "false"]), default: "false",
            meaning: "Whether providers may be at addresses that aren't public, without TLS."),
    ]

    /// `PERENNIAL_…` variables that are not settings: those of the tests and of `script/setup`.
    package static let variablesKnownOtherwise: Set<String> = [
        "PERENNIAL_TEST_DATA", "PERENNIAL_ASSETS",
    ]
}
