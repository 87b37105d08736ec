import Foundation
import Testing

/// Holds by what the compiler made of the sources that text from outside is not looked at as characters: a file that
/// compares, hashes or orders a `String`, or asks for the beginning of one, names the standard library's function for
/// it in its object file, however the types were inferred.
@Suite("Text from outside")
struct WireTextTests {
    /// The targets that a stranger's text passes through.
    static let targets = [
        "JSON", "SocketServer", "EngineIO", "SocketIO", "ChatWire", "ChatTokens", "ChatImport", "ChatGateway",
        "ChatHTTP",
    ]

    /// What takes more than linear time for what a stranger may send, by the name that linkers know it by.
    static let costly = [
        "$sSS2eeoiySbSS_SStFZ": "String ==", "$sSS1loiySbSS_SStFZ": "String <",
        "$sSSSQsWP": "String as Equatable (!=, switch, contains)", "$sSSSHsWP": "String as a key",
        "$sSSSLsWP": "String as Comparable", "$sSsSQsWP": "Substring as Equatable", "$sSsSHsWP": "Substring as a key",
        "$sSJ2eeoiySbSJ_SJtFZ": "Character ==", "$sSJSQsWP": "Character as Equatable (split, firstIndex, contains)",
        "$sSJSHsWP": "Character as a key", "$sSS9hasPrefixySbSSF": "hasPrefix", "$sSS9hasSuffixySbSSF": "hasSuffix",
        "$sSysE9hasPrefixySbqd__SyRd__lF": "hasPrefix", "$sSysE9hasSuffixySbqd__SyRd__lF": "hasSuffix",
        "$sSysE2eeoiySbx_qd__tSyRd__lFZ": "a string of another kind ==",
    ]

    /// Files that may, and why that is no stranger's text.
    static let allowed: [String: String] = [
        "SocketServer/HTTPRequestHead+Rules.swift": "methods, of which the parser knows a few",
        "ChatHTTP/AdminDesk.swift": "methods, of which the parser knows a few; patterns of our own",
        "ChatHTTP/AdminSite.swift": "patterns of our own",
        "ChatHTTP/AdminCall.swift": "paths of our own",
        "ChatHTTP/RequestBridge.swift": "methods, of which the parser knows a few",
        "ChatHTTP/PathParameters.swift": "names of our own patterns",
        "ChatHTTP/Route.swift": "methods, of which the parser knows a few",
        "ChatHTTP/RoutePattern.swift": "patterns of our own",
        "SocketServer/OriginPattern.swift": "origins of the operator; those of pages are at most 1,200 bytes",
        "SocketServer/ListenAddress.swift": "addresses that the operator listens on",
        "SocketServer/WebSocketHandshake.swift": "tests compare its answers",
        "SocketServer/TrustedProxies.swift": "networks of the operator; hops of at most 80 bytes",
        "SocketServer/RequestDecoder.swift": "methods, of which the parser knows a few",
        "SocketServer/HTTPConnection.swift": "methods, of which the parser knows a few",
        "SocketServer/HTTPRequestHead+Framing.swift": "methods, of which the parser knows a few",
        "SocketServer/ForwardingNeighbours.swift": "names of headers, of two lengths",
        "SocketServer/HandshakeHead.swift": "a table made of one byte at a time",
        "EngineIO/EngineRequest.swift": "methods, of which the parser knows a few",
        "EngineIO/EngineServer.swift": "methods, of which the parser knows a few",
        "EngineIO/EngineSessionHandler.swift": "reasons of our own",
        "EngineIO/EngineAdmission.swift": "tests compare refusals",
        "EngineIO/EngineTransport.swift": "names of our own",
        "SocketIO/ConnectRequest.swift": "messages of the application",
        "SocketIO/DisconnectReason.swift": "reasons of our own",
        "ChatTokens/TokenPolicy.swift": "what the operator asks of tokens",
        "ChatTokens/KeyRing.swift": "secrets of our own",
        "ChatTokens/SigningSecret.swift": "secrets of our own",
        "ChatTokens/OutsideKeys.swift": "a file of the operator",
        "ChatImport/ForeignEmoji.swift": "a table of our own",
        "ChatImport/ForeignFormat.swift": "names of our own",
        "ChatImport/ForeignNote.swift": "names of our own",
        "ChatGateway/ChatGateway+LiveSessions.swift": "what the operator sees of connections; headers are bounded",
        "ChatGateway/MessageSearch.swift": "places of pages, of at most 256 bytes",
        "ChatGateway/TypeScriptDeclarations.swift": "descriptions of our own",
        "ChatWire/WireObject.swift": "descriptions of our own",
        "ChatWire/WireShape.swift": "descriptions of our own",
        "ChatWire/SessionEnd.swift": "codes of our own",
        "ChatWire/ServerEventName.swift": "names of our own",
        "ChatHTTP/PublicRouter.swift": "methods, of which the parser knows a few; names in the log",
        "ChatHTTP/AdminRequest.swift": "methods, of which the parser knows a few",
        "ChatHTTP/AdminSite+Chats.swift": "roles of our own",
        "ChatHTTP/AdminSite+Messages.swift": "kinds of messages of our own",
        "ChatHTTP/FileAccess.swift": "names of headers that HTTPTypes compares, in ASCII",
        "ChatHTTP/EventSite.swift": "names of headers that HTTPTypes compares, in ASCII",
        "ChatHTTP/FileDelivery.swift": "methods, of which the parser knows a few",
        "ChatHTTP/TransferSlots.swift": "addresses of sockets, and what the parser of addresses let through",
        "ChatHTTP/MultipartReader.swift": "sentences of our own",
        "ChatHTTP/PageAsset.swift": "names of headers that HTTPTypes compares, in ASCII",
        "ChatHTTP/ConnectionInfo.swift": "what the operator sees of connections; headers are bounded",
        "ChatHTTP/Metric.swift": "names of our own",
        "ChatHTTP/MetricsText.swift": "names of our own",
        "ChatHTTP/ProcessMemory.swift": "a file of the kernel",
    ]

    @Test("What a stranger may choose is compared, hashed and looked up as bytes")
    func costlyText() throws {
        let objects = try #require(Self.objects, "no object files beside \(CommandLine.arguments[0])")
        var needed: Set<String> = []
        for file in try SourceTree.swiftFiles(in: "Sources") where Self.targets.contains(file.target) {
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            let object = objects.appendingPathComponent("\(file.target).build/\(name).o")
            let symbols = try Data(contentsOf: object)
            var found = Self.costly.filter { symbols.range(of: Data([0] + Array($0.key.utf8) + [0])) != nil }
            if Self.onlyLogs(file) { found[Self.stringAsKey] = nil }
            let place = "\(file.target)/\(name)"
            if !found.isEmpty { needed.insert(place) }
            let what = found.values.sorted().joined(separator: ", ")
            #expect(
                found.isEmpty || Self.allowed[place] != nil,
                "\(file.path) has \(what). Compare a ByteString, or say here why nobody outside chooses the text.")
        }
        #expect(Set(Self.allowed.keys).subtracting(needed).sorted() == [], "These need no leave any more.")
    }

    private static let stringAsKey = "$sSSSHsWP"

    /// Whether strings are keys there because a line of the log has its values by name, and for no other reason.
    private static func onlyLogs(_ file: SourceTree.File) -> Bool {
        let keyed = ["[String:", "Set<String>", "Dictionary<String", "Dictionary(", "[Substring:"]
        return file.code.contains { $0.contains("metadata") }
            && !file.code.contains { line in keyed.contains { line.contains($0) } }
    }

    /// Where the build put the targets' object files: beside the tests that run.
    static var objects: URL? {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        while folder.pathComponents.count > 1 {
            folder.deleteLastPathComponent()
            let probe = folder.appendingPathComponent("SocketServer.build")
            if FileManager.default.fileExists(atPath: probe.path) { return folder }
        }
        return nil
    }
}
