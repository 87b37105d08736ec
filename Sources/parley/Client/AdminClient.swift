import NIOCore
import NIOHTTP1
import NIOPosix
import SocketServer

/// Calls the admin endpoint of a running appliance: one connection a call.
struct AdminClient: Sendable {
    /// How long a connection may take to come about.
    private static let connectTimeout: TimeAmount = .seconds(5)
    /// Bytes of an answer that is not streamed.
    private static let maximumAnswer = 64 << 20

    struct Answer: Sendable {
        /// The code of HTTP.
        var status: Int
        var body: ByteBuffer
    }

    let address: ListenAddress
    let key: String

    /// - Throws: ``Failure`` when nobody answers there, or the answer breaks off.
    func perform(_ call: AdminCall) async throws -> Answer {
        var body = ByteBuffer()
        let status = try await stream(call) { _, part in
            guard body.readableBytes + part.readableBytes <= Self.maximumAnswer else {
                throw Failure(.failure, "the answer is too long")
            }
            body.writeImmutableBuffer(part)
        }
        return Answer(status: status, body: body)
    }

    /// As ``perform(_:)``, with the body handed on as it comes, each part with the code of HTTP.
    func stream(_ call: AdminCall, _ take: (Int, ByteBuffer) throws -> Void) async throws -> Int {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            channel = try await connect()
        } catch {
            throw Failure(.failure, "no parley answers at \(address); is it running? (\(ErrorText.clause(error)))")
        }
        do {
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(contentsOf: parts(of: call))
                var status: Int?
                for try await part in inbound {
                    switch part {
                    case .head(let head): status = Int(head.status.code)
                    case .body(let buffer): try take(try status.orFailure(address), buffer)
                    case .end: return try status.orFailure(address)
                    }
                }
                throw Failure(.failure, "the answer of \(address) broke off")
            }
        } catch let failure as Failure {
            throw failure
        } catch is HTTPParserError {
            throw Failure(.failure, "\(address) does not speak HTTP, or its answer broke off")
        } catch {
            throw Failure(.failure, "the call of \(address) failed: \(ErrorText.clause(error))")
        }
    }

    private func parts(of call: AdminCall) -> [HTTPClientRequestPart] {
        var headers: HTTPHeaders = [
            "Host": "localhost", "Authorization": "Bearer \(key)", "Connection": "close", "Accept": "application/json",
        ]
        let body = call.body.map { ByteBuffer(string: $0) }
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(body.readableBytes))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: call.method.rawValue), uri: call.path, headers: headers)
        return [.head(head)] + (body.map { [.body(.byteBuffer($0))] } ?? []) + [.end(nil)]
    }

    private func connect() async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(Self.connectTimeout)
        let prepare:
            @Sendable (any Channel) -> EventLoopFuture<
                NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
            > = { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        switch address {
        case .tcp(let host, let port):
            let reachable = host == "::" || host == "0.0.0.0" ? "127.0.0.1" : host
            return try await bootstrap.connect(host: reachable, port: port, channelInitializer: prepare)
        case .unix(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
        case .descriptor:
            throw Failure(.usage, "--admin-listen must be an address")
        }
    }
}

extension Int? {
    fileprivate func orFailure(_ address: ListenAddress) throws -> Int {
        guard let self else { throw Failure(.failure, "\(address) does not speak HTTP") }
        return self
    }
}
