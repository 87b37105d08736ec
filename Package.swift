// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with: Swift 6 mode (strict concurrency), and no warning goes by.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// What the appliance needs and the libraries do not. Who uses these (`traits: []`) neither fetches nor builds it.
func appliance(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: ["Appliance"]))
}

let hummingbird = appliance("Hummingbird", "hummingbird")
let httpTypes = appliance("HTTPTypes", "swift-http-types")
let argumentParser = appliance("ArgumentParser", "swift-argument-parser")

/// Where bytes from outside are decoded: what Tests/Fuzz imports.
let decoders: [Target.Dependency] = [
    "ByteText", "JSON", "SocketServer", "EngineIO", "SocketIO", "ChatCore", "ChatTokens", "ChatSQLite",
    "ChatImport", "ChatGateway", "ChatHTTP", "parley", nioCore, nioHTTP1, nioEmbedded,
]

/// The files of the chat page, built into the binary.
let chatPage: [Resource] = [
    "app.js", "chat.css", "chat.html", "chat.js", "chats.js", "composer.js", "dom.js", "draft.js", "files.js",
    "media.js", "message.js", "outbox.js", "people.js", "search.js", "socket.js", "thread.js", "view.js",
].map { .embedInCode("Pages/Chat/\($0)") }

let package = Package(
    name: "parley",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "parley", targets: ["parley"]),
        .library(name: "SocketIO", targets: ["SocketIO"]),
        .library(name: "EngineIO", targets: ["EngineIO"]),
        .library(name: "SocketServer", targets: ["SocketServer"]),
    ],
    traits: [
        .trait(
            name: "Appliance",
            description: "Parley itself. Without it there are the libraries, and no more is fetched."),
        .default(enabledTraits: ["Appliance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: [.defaults, "YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "ByteText", swiftSettings: strict),
        .target(name: "JSON", dependencies: ["ByteText", nioCore], swiftSettings: strict),
        .target(
            name: "SocketServer", dependencies: ["ByteText", nioCore, nioPosix, nioHTTP1, nioSSL, crypto, logging],
            swiftSettings: strict),
        .target(
            name: "EngineIO", dependencies: ["ByteText", "JSON", "SocketServer", nioCore, nioHTTP1],
            swiftSettings: strict),
        .target(
            name: "SocketIO", dependencies: ["ByteText", "JSON", "EngineIO", "SocketServer", nioCore, logging],
            swiftSettings: strict),
        .target(name: "ChatCore", dependencies: ["ByteText"], swiftSettings: strict),
        .target(name: "ChatWire", dependencies: ["ByteText", "JSON", "ChatCore", nioCore], swiftSettings: strict),
        .target(name: "ChatTokens", dependencies: [
            "ByteText", "JSON", "ChatCore", appliance("JWTKit", "jwt-kit"), crypto,
        ], swiftSettings: strict),
        .target(name: "CMemory"),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSQLiteFile", dependencies: ["CSQLite"]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "ChatImport", dependencies: ["ByteText", "JSON", "ChatCore", "CZlib", nioCore], swiftSettings: strict),
        .target(
            name: "ChatSQLite", dependencies: ["ByteText", "ChatCore", "CSQLite", "CSQLiteFile", logging],
            resources: [.embedInCode("Schema/schema.sql")], swiftSettings: strict),
        .target(
            name: "ChatGateway",
            dependencies: [
                "ByteText", "JSON", "ChatCore", "ChatWire", "SocketIO", "EngineIO", "SocketServer", nioCore, nioHTTP1, logging,
            ],
            swiftSettings: strict),
        .target(name: "ChatHTTP", dependencies: [
            "ByteText", "JSON", "ChatCore", "ChatWire", "SocketServer", hummingbird, nioCore, nioHTTP1, logging,
            httpTypes,
        ], resources: chatPage, swiftSettings: strict),
        .executableTarget(name: "parley", dependencies: [
            "ByteText", "JSON", "ChatGateway", "ChatHTTP", "ChatSQLite", "ChatTokens", "ChatImport", "ChatCore", "SocketIO",
            "EngineIO", "SocketServer", "CMemory", logging, nioCore, nioPosix, nioHTTP1,
            argumentParser,
            appliance("Configuration", "swift-configuration"),
            appliance("ServiceLifecycle", "swift-service-lifecycle"),
            appliance("UnixSignals", "swift-service-lifecycle"),
            appliance("AsyncHTTPClient", "async-http-client"),
        ], swiftSettings: strict),
        .executableTarget(name: "parley-load", dependencies: [
            nioCore, nioPosix, argumentParser,
        ], swiftSettings: strict),
        .executableTarget(
            name: "ConformanceServer",
            dependencies: [
                "EngineIO", "SocketIO", "SocketServer", nioCore, nioPosix, argumentParser,
            ],
            path: "Tests/ConformanceServer", swiftSettings: strict),
        .executableTarget(
            name: "ChatExample", dependencies: ["SocketIO", "SocketServer"], path: "Tests/Examples/Chat",
            swiftSettings: strict),
        .executableTarget(
            name: "HummingbirdExample",
            dependencies: ["SocketIO", "SocketServer", hummingbird, httpTypes, logging, nioHTTP1],
            path: "Tests/Examples/Hummingbird", swiftSettings: strict),
        .executableTarget(
            name: "parley-micro", dependencies: [
                "ChatGateway", "ChatSQLite", "ChatCore", "SocketIO", "EngineIO", "SocketServer", nioCore, nioPosix, logging,
            ], path: "Tests/Micro", swiftSettings: strict),
        // Tests mirror Sources; shared helpers are targets of their own.
        .target(name: "ChatCoreTestKit", dependencies: ["ByteText", "ChatCore"], path: "Tests/ChatCoreTestKit",
            swiftSettings: strict),
        .target(name: "SocketTestKit", dependencies: ["SocketIO", nioCore, nioPosix, nioSSL], path: "Tests/SocketTestKit",
            swiftSettings: strict),
        .target(name: "WaitTestKit", path: "Tests/WaitTestKit", swiftSettings: strict),
        .testTarget(name: "ByteTextTests", dependencies: ["ByteText"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["ByteText", "JSON", nioCore], swiftSettings: strict),
        .testTarget(
            name: "SocketServerTests",
            dependencies: [
                "SocketServer", "SocketTestKit", "WaitTestKit", nioCore, nioHTTP1, nioEmbedded, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EngineIOTests",
            dependencies: [
                "JSON", "EngineIO", "SocketServer", "SocketTestKit", "WaitTestKit", nioCore, nioHTTP1, nioEmbedded,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SocketIOTests",
            dependencies: [
                "ByteText", "JSON", "SocketIO", "EngineIO", "SocketServer", "SocketTestKit", nioCore, nioPosix, nioHTTP1,
                nioEmbedded,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ExamplesTests",
            dependencies: ["ChatExample", "HummingbirdExample", "SocketServer", "SocketTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatCoreTests", dependencies: ["ByteText", "ChatCore", "ChatCoreTestKit"], swiftSettings: strict),
        .testTarget(
            name: "ChatImportTests", dependencies: ["ByteText", "JSON", "ChatImport", "ChatCore", nioCore],
            swiftSettings: strict),
        .testTarget(name: "ChatTokensTests", dependencies: [
            "ByteText", "JSON", "ChatTokens", "ChatCore", appliance("JWTKit", "jwt-kit"),
        ], swiftSettings: strict),
        .testTarget(
            name: "ChatSQLiteTests",
            dependencies: ["ChatSQLite", "CSQLite", "CSQLiteFile", "ChatCore", "ChatCoreTestKit", "WaitTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatGatewayTests",
            dependencies: [
                "ByteText", "JSON", "ChatGateway", "ChatCore", "ChatWire", "SocketIO", "EngineIO", "SocketServer",
                "SocketTestKit", nioCore, nioHTTP1, nioEmbedded, logging,
            ],
            swiftSettings: strict),
        .testTarget(name: "ChatHTTPTests", dependencies: [
            "ByteText", "ChatHTTP", "ChatCore", "ChatSQLite", "SocketServer", "WaitTestKit", nioCore, logging,
            hummingbird,
            httpTypes,
        ], swiftSettings: strict),
        .testTarget(
            name: "ParleyTests",
            dependencies: [
                "parley", "CMemory", "JSON", "ChatCore", "ChatCoreTestKit", "ChatSQLite", "ChatTokens", "SocketServer",
                logging, nioCore,
                argumentParser,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: decoders + [nioWebSocket], path: "Tests/Fuzz",
            exclude: ["Driver", "Corpus", "README.md", "fuzz.py"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)

/// `make fuzz` only: our modules instrumented for libFuzzer, and its program. An executable cannot be imported by
/// another, so that of the appliance becomes a library without its entry point. See Tests/Fuzz/README.md.
if let runtime = Context.environment["PARLEY_FUZZ_RUNTIME"] {
    // Without AddressSanitizer the same time makes several times the executions.
    let address = Context.environment["PARLEY_FUZZ_ADDRESS"] != "no"
    let sanitizers = address ? "-sanitize=fuzzer,address" : "-sanitize=fuzzer"
    let instrumented: [SwiftSetting] = [.unsafeFlags(["-O", sanitizers, "-enable-testing"])]
    package.products = []
    package.targets = package.targets.filter { $0.type != .test && $0.path == nil }.map { target in
        guard let settings = target.swiftSettings else { return target }
        target.swiftSettings = settings + instrumented
        guard target.name == "parley" else { return target }
        return .target(
            name: target.name, dependencies: target.dependencies, exclude: ["Main.swift"],
            swiftSettings: target.swiftSettings)
    }
    package.targets.append(
        .executableTarget(
            name: "parley-fuzz", dependencies: decoders, path: "Tests/Fuzz",
            exclude: ["Replay", "Corpus", "README.md", "fuzz.py"],
            swiftSettings: strict + instrumented,
            linkerSettings: [
                .unsafeFlags((address ? ["-sanitize=address"] : []) + [runtime]), .linkedLibrary("stdc++"),
                .linkedLibrary("m"),
            ]))
}
