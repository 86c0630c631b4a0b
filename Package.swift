// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
    name: "Configuration", package: "swift-configuration")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")

/// One room of the house: its imports point down (DESIGN and ARCHITECTURE say why; a test holds it so).
func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "perennial",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Pure.
        room("Kernel"),
        room("JSONParsing"),
        room("Events", ["Kernel", "JSONParsing"]),
        room("Documents", ["Kernel", "JSONParsing"]),
        room("Imports", ["Kernel", "JSONParsing", "Events", "CZlib"]),
        room("Customers", ["Kernel", "JSONParsing", "Events"], exclude: ["DESIGN.md"]),
        room(
            "RetentionModels",
            exclude: [
                "DESIGN.md", "Recommendations/DESIGN.md", "Survival/DESIGN.md", "Uplift/DESIGN.md",
            ]),
        room("Predictions", ["RetentionModels"]),
        room("Insights", ["Kernel"]),
        room("Access", ["Kernel", "CArgon2", crypto]),
        room(
            "Segments",
            ["Kernel", "JSONParsing", "Documents", "Events", "Customers", "Insights"]),
        room("Experiments", ["Kernel"]),
        room(
            "Journeys",
            [
                "Kernel", "JSONParsing", "Documents", "Events", "Customers", "Segments",
                "Experiments",
            ]
        ),
        room("Loyalty", ["Kernel", "JSONParsing", "Documents"]),
        room("Referrals", ["Kernel", "JSONParsing", "Documents"]),
        room("Promotions", ["Kernel", "JSONParsing", "Documents"]),
        room("QRCode"),
        room(
            "Messaging", ["Kernel", crypto, cryptoExtras], exclude: ["DESIGN.md"]),
        room(
            "Templates", ["Kernel", "Documents"], exclude: ["DESIGN.md"],
            resources: [.embedInCode("Resources")]),
        // The shell.
        room("Boosting", ["RetentionModels", "CLightGBM"]),
        room("YAMLText", ["Documents", yams]),
        room(
            "Delivery",
            [
                "Kernel", "JSONParsing", "Documents", "Messaging", "COpenSSL", asyncHTTPClient,
                crypto, logging, nio, nioPosix, nioSSL, nioTLS,
            ]
        ),
        room("Settings", ["Kernel", configuration]),
        room("Telemetry", ["Kernel", logging, coreMetrics]),
        room(
            "Records",
            [
                "Kernel", "JSONParsing", "Events", "Customers", "Promotions", "Referrals", grdb,
                sqlite,
            ]),
        room(
            "Analytics",
            ["Kernel", "Events", "Customers", "Documents", "Insights", "Segments", "CDuckDB"]),
        room(
            "Runtime",
            [
                "Kernel", "JSONParsing", "Events", "Customers", "Insights", "RetentionModels",
                "Predictions", "Documents", "Segments", "Experiments", "Journeys", "Loyalty",
                "Promotions", "Referrals",
                "Boosting", "Messaging", "Templates", "Analytics", "Records", "Delivery", logging,
                lifecycle,
                nio, nioPosix,
            ]),
        room(
            "API",
            [
                "Kernel", "JSONParsing", "Events", "Documents", "Imports", "Insights", "Access",
                "Loyalty", "Promotions", "Referrals", "Records", "Runtime", "Telemetry",
                hummingbird, metrics,
                logging,
            ]),
        room(
            "Console",
            [
                "Kernel", "Documents", "Insights", "Predictions", "Experiments", "Access",
                "QRCode", "Segments", hummingbird, mustache, logging, httpTypes,
            ],
            resources: [.embedInCode("Resources")]),
        .executableTarget(
            name: "perennial",
            dependencies: [
                "Kernel", "JSONParsing", "Events", "Imports", "Customers", "RetentionModels",
                "Predictions", "Insights", "Access", "Documents", "Segments", "Experiments",
                "Journeys", "Loyalty", "Promotions", "Referrals", "Messaging", "Templates",
                "YAMLText",
                "Boosting", "Settings",
                "Telemetry", "Records",
                "Analytics", "Delivery", "Runtime", "API", "Console", argumentParser, hummingbird,
                hummingbirdCore, lifecycle, logging, metrics,
                nio, nioPosix, unixSignals,
            ], swiftSettings: settings),
        // For tests only.
        room("TestPrograms", ["CSpawn"]),
        room("TestSupport", ["Kernel", "Events", "Customers", "Analytics", "Runtime", logging]),
        // Benchmarks.
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Kernel", "Documents", "Events", "Analytics", "Insights", "RetentionModels",
                "Boosting",
                "Segments", "Journeys", "Loyalty", "Promotions", "Referrals", "Records", "Runtime",
                "YAMLText",
                argumentParser,
                hummingbird, logging,
            ], path: "Benchmarks",
            exclude: [
                "run", "cohorts.py", "mail.py", "pages.py", "readcsv.py", "requests.lua", "rivals",
                "table.py",
            ], swiftSettings: settings),
        // C.
        .target(name: "CDuckDB", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CLightGBM", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CSpawn"),
        .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        // Tests.
        tests("Kernel", ["Kernel"]),
        tests("JSONParsing", ["Kernel", "JSONParsing"]),
        tests("Events", ["Kernel", "JSONParsing", "Events"]),
        tests("Imports", ["Kernel", "JSONParsing", "Events", "Imports"]),
        tests("Customers", ["Kernel", "JSONParsing", "Events", "Customers"]),
        tests("Documents", ["Kernel", "JSONParsing", "Documents", "YAMLText"]),
        tests(
            "Segments",
            [
                "Kernel", "JSONParsing", "Documents", "Events", "Customers", "Insights", "Segments",
                "YAMLText",
            ]),
        tests("Experiments", ["Kernel", "Experiments"]),
        tests(
            "Journeys",
            [
                "Kernel", "JSONParsing", "Documents", "Events", "Customers", "Segments",
                "Experiments", "Journeys", "YAMLText",
            ]),
        tests(
            "Delivery",
            [
                "Kernel", "JSONParsing", "Documents", "Messaging", "Delivery", crypto, hummingbird,
                logging, nio, nioPosix, nioSSL, nioTLS, "TestPrograms",
            ], exclude: ["Peers"]),
        tests("Loyalty", ["Kernel", "JSONParsing", "Documents", "Loyalty"]),
        tests("Referrals", ["Kernel", "JSONParsing", "Documents", "Referrals"]),
        tests("Promotions", ["Kernel", "JSONParsing", "Documents", "Promotions"]),
        tests("QRCode", ["QRCode"]),
        tests(
            "API",
            [
                "Kernel", "Access", "Runtime", "Telemetry", "TestSupport", "API", hummingbird,
                httpTypes,
            ]),
        tests("Messaging", ["Kernel", "Messaging", "TestPrograms", crypto], exclude: ["Peers"]),
        tests(
            "Templates", ["Kernel", "JSONParsing", "Documents", "Templates", "YAMLText"],
            exclude: ["Fixtures"]),
        tests("RetentionModels", ["RetentionModels", "TestPrograms"]),
        tests("Boosting", ["RetentionModels", "Boosting"]),
        tests("Access", ["Kernel", "Access"]),
        tests("Settings", ["Kernel", "Settings"]),
        tests("Telemetry", ["Kernel", "Telemetry", logging, coreMetrics]),
        tests(
            "Analytics",
            [
                "Kernel", "JSONParsing", "Events", "Customers", "Documents", "Insights", "Segments",
                "Analytics", "TestPrograms",
            ]),
        tests(
            "Console",
            [
                "Kernel", "JSONParsing", "Documents", "Insights", "Predictions", "Experiments",
                "Access", "Console", hummingbird, hummingbirdTesting, httpTypes,
            ]),
        tests("Tidy", []),
        tests(
            "Records", ["Kernel", "Events", "Customers", "Records", "TestSupport", grdb],
            exclude: ["schema.sql"]),
        tests(
            "Runtime",
            [
                "Kernel", "JSONParsing", "Events", "Customers", "Insights", "Predictions",
                "Loyalty", "Promotions", "Referrals", "Documents", "Segments", "Experiments",
                "Journeys",
                "Messaging",
                "Templates",
                "Boosting", "Analytics", "Records", "Delivery", "Runtime", "TestSupport", logging,
                lifecycle, nio, nioPosix,
            ]),
        tests("Predictions", ["Kernel", "RetentionModels", "Predictions"]),
        // Drives the built program from outside.
        tests("Integration", ["perennial", "QRCode", "TestPrograms"], exclude: ["Peers"]),
    ]
)
