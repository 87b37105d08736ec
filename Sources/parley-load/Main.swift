import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

@main
struct ParleyLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parley-load",
        abstract: "Loads a Socket.IO 4 chat server on this machine and measures it.")

    @OptionGroup var options: LoadOptions

    func run() async throws {
        let clients = try TokensFile(path: options.tokens, limit: options.conns).clients
        guard let url = URL(string: options.url), let host = url.host(), let port = url.port else {
            throw ValidationError("--url must be like http://127.0.0.1:5000.")
        }
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        guard ["127.", "::1", "localhost"].contains(where: { host.hasPrefix($0) }) else {
            throw ValidationError("Load goes to this machine only.")
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let options = options
        let run = NIOLoopBoundBox.makeBoxSendingValue(
            LoadRun(options: options, clients: clients, address: address, host: "\(host):\(port)", on: loop),
            eventLoop: loop)
        let report = try await LoadScript(options: options, loop: loop, run: run).play()
        print(options.json ? report.json : report.text)
        try await group.shutdownGracefully()
        if !report.isClean { throw ExitCode(1) }
    }
}
