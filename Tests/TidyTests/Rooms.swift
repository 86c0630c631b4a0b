/// What each target may import: the rooms of ARCHITECTURE.md, where arrows point down only.
struct Room {
    let name: String
    /// Which of our own targets it may import.
    let rooms: Set<String>
    /// The other modules a pure target may import; nil: any, for it isn't pure.
    let modules: Set<String>?

    var isPure: Bool { modules != nil }

    private static func pure(
        _ name: String, _ rooms: Set<String>, _ modules: Set<String> = []
    ) -> Room {
        Room(
            name: name, rooms: rooms,
            modules: modules.union(["FoundationEssentials", "Synchronization"]))
    }

    private static func shell(_ name: String, _ rooms: Set<String>) -> Room {
        Room(name: name, rooms: rooms, modules: nil)
    }

    private static let domain: Set<String> = [
        "Kernel", "JSONParsing", "RetentionModels", "Events", "Documents", "Customers", "Imports",
        "Insights", "Predictions", "Access", "Segments", "Experiments", "Journeys",
        "Loyalty", "Referrals", "Promotions", "QRCode", "Messaging", "Templates",
    ]

    /// Every target but the C shims, the lowest first.
    static let all: [Room] = [
        pure("Kernel", []),
        pure("JSONParsing", ["Kernel"]),
        pure("RetentionModels", [], ["Glibc", "Musl", "Darwin"]),
        pure("Events", ["Kernel", "JSONParsing"]),
        pure("Documents", ["Kernel", "JSONParsing"]),
        pure("Imports", ["Kernel", "JSONParsing", "Events", "CZlib"], ["Glibc"]),
        pure("Customers", ["Kernel", "JSONParsing", "Events"]),
        pure("Insights", ["Kernel", "Events", "Customers"]),
        pure("Predictions", ["Kernel", "RetentionModels", "Events", "Customers"]),
        pure("Access", ["Kernel", "JSONParsing", "CArgon2"], ["Crypto", "Glibc"]),
        pure(
            "Segments",
            ["Kernel", "JSONParsing", "Documents", "Events", "Customers", "Insights"]),
        pure("Experiments", ["Kernel"], ["Glibc", "Musl", "Darwin"]),
        pure(
            "Journeys",
            [
                "Kernel", "JSONParsing", "Documents", "Events", "Customers", "Segments",
                "Experiments",
            ]),
        pure("Loyalty", ["Kernel", "JSONParsing", "Documents"]),
        pure("Referrals", ["Kernel", "JSONParsing", "Documents"]),
        pure("Promotions", ["Kernel", "JSONParsing", "Documents"]),
        pure("QRCode", []),
        pure("Messaging", ["Kernel"], ["Crypto", "CryptoExtras"]),
        pure("Templates", ["Kernel", "Documents"]),
        shell("YAMLText", ["Kernel", "JSONParsing", "Documents"]),
        shell("Delivery", domain.union(["COpenSSL"])),
        shell("Boosting", ["RetentionModels", "CLightGBM"]),
        shell("Records", domain),
        shell("Analytics", domain.union(["CDuckDB"])),
        shell("Settings", ["Kernel"]),
        shell("Telemetry", ["Kernel"]),
        shell(
            "Runtime",
            domain.union([
                "Boosting", "Records", "Analytics", "Delivery", "Settings", "Telemetry",
            ])),
        // For tests only.
        shell("TestPrograms", ["CSpawn"]),
        shell(
            "TestSupport",
            domain.union(["Records", "Analytics", "Runtime", "Settings", "Telemetry"])),
        shell("API", domain.union(["Records", "Analytics", "Runtime", "Settings", "Telemetry"])),
        shell(
            "Console", domain.union(["Records", "Analytics", "Runtime", "Settings", "Telemetry"])),
        shell(
            "perennial",
            domain.union([
                "Boosting", "YAMLText", "Records", "Analytics", "Delivery", "Settings",
                "Telemetry", "Runtime", "API", "Console",
            ])),
    ]

    static let shims: Set<String> = [
        "CDuckDB", "CZlib", "CArgon2", "CLightGBM", "COpenSSL", "CSpawn",
    ]

    static func named(_ name: String) -> Room? { all.first { $0.name == name } }
}
