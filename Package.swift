// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "perennial",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Kernel", swiftSettings: settings),
        .target(name: "JSONParsing", swiftSettings: settings),
        .target(name: "Events", dependencies: ["Kernel", "JSONParsing"], swiftSettings: settings),
        .target(
            name: "Customers", dependencies: ["Kernel", "JSONParsing", "Events"],
            swiftSettings: settings),
        .target(name: "Insights", dependencies: ["Kernel"], swiftSettings: settings),
        .target(name: "CDuckDB", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "Analytics", dependencies: ["Kernel", "Events", "Insights", "CDuckDB"],
            swiftSettings: settings),
        .target(
            name: "Records", dependencies: ["Kernel", "Events", "Customers", grdb, sqlite],
            swiftSettings: settings),
        .target(name: "RetentionModels", exclude: ["DESIGN.md"], swiftSettings: settings),
        .target(
            name: "Runtime",
            dependencies: [
                "Kernel", "JSONParsing", "Events", "Customers", "Insights", "Analytics", "Records",
                logging,
            ], swiftSettings: settings),
        .testTarget(
            name: "RetentionModelsTests", dependencies: ["RetentionModels"],
            swiftSettings: settings),
    ]
)
