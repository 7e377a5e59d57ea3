// swift-tools-version: 6.2
import PackageDescription

/// The import graph is the security boundary: `RelayServer` and `jalon-relay` reach neither `Sealing`
/// nor `Replication` nor `Billing`, so the relay cannot read the books. `Sources/README.md` draws it.
let package = Package(
    name: "jalon",
    products: [
        .executable(name: "jalon", targets: ["jalon"]),
        .executable(name: "jalon-relay", targets: ["jalon-relay"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // The engine.
        .target(name: "Convergence"),
        .target(
            name: "Wire",
            dependencies: ["Convergence", .product(name: "Crypto", package: "swift-crypto")]),
        .target(
            name: "Sealing",
            dependencies: [
                "Convergence", "Wire", "CZlib", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Replication",
            dependencies: [
                "Convergence", "Wire", "Sealing", "CSQLite",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        // The carriers and the relay.
        .target(
            name: "SyncClient",
            dependencies: [
                "Convergence", "Wire", "Replication",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "RelayServer",
            dependencies: [
                "Convergence", "Wire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // The business.
        .target(
            name: "Billing", dependencies: ["Convergence", "Replication"],
            resources: [.embedInCode("Rates/legal-rates.csv")]),

        // The commands.
        .executableTarget(
            name: "jalon",
            dependencies: [
                "Billing", "Convergence", "Replication", "Sealing", "SyncClient", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]),
        .executableTarget(
            name: "jalon-relay",
            dependencies: [
                "RelayServer", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "jalon-bench",
            dependencies: ["Billing", "Convergence", "Replication", "Sealing", "Wire"]),

        .executableTarget(name: "jalon-simulate", dependencies: ["Simulation"]),

        // Tests mirror the sources; `TestSupport` holds generators, oracles and contract suites.
        .target(
            name: "TestSupport",
            dependencies: [
                "Convergence", "Wire", "Sealing", "Replication",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport"),
        .target(
            name: "Simulation",
            dependencies: [
                "Convergence", "Wire", "Sealing", "Replication", "SyncClient", "RelayServer",
                "TestSupport", "CSQLite",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/Simulation"),
        .testTarget(name: "ConvergenceTests", dependencies: ["Convergence", "TestSupport"]),
        .testTarget(
            name: "WireTests", dependencies: ["Convergence", "Wire", "Sealing", "TestSupport"]),
        .testTarget(
            name: "SealingTests", dependencies: ["Convergence", "Wire", "Sealing", "TestSupport"]),
        .testTarget(
            name: "ReplicationTests",
            dependencies: [
                "Convergence", "Wire", "Sealing", "Replication", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "RelayServerTests",
            dependencies: [
                "Convergence", "Wire", "Sealing", "Replication", "SyncClient", "RelayServer",
                "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "BillingTests",
            dependencies: ["Convergence", "Replication", "Billing", "TestSupport"],
            resources: [.copy("Cases")]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "TestSupport"]),
        // The fuzzers' entry points over their corpora; `tools/fuzz` links them with a fuzzer.
        .testTarget(
            name: "FuzzingTests",
            dependencies: [
                "Convergence", "Wire", "Sealing", "RelayServer", "Billing", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["Corpora"]),
        .testTarget(name: "JalonTests", dependencies: ["Billing", "jalon"]),
        .testTarget(name: "JourneyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        // Every `any` is visible: https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
        .enableUpcomingFeature("ExistentialAny"),
        // An import is internal unless it says otherwise (SE-0409).
        .enableUpcomingFeature("InternalImportsByDefault"),
        // A member is visible only where its module is imported (SE-0444).
        .enableUpcomingFeature("MemberImportVisibility"),
        // An async function stays on its caller's executor (SE-0461).
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
