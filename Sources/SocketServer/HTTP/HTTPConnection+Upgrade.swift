import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// From HTTP to WebSocket, on this loop or on another.
extension HTTPConnection {
    func upgrade(_ upgrade: WebSocketUpgrade, on target: any EventLoop) {
        guard let context else { return }
        switch machine.upgrade() {
        case .nothing: return
        case .abort: return abort()
        case .leave: break
        }
        if codec != nil { keepChannelAtEndOfInput(false) }
        leave()
        if target === context.eventLoop || isTLS {
            upgradeHere(upgrade, context: context)
        } else {
            upgradeElsewhere(upgrade, target: target, context: context)
        }
    }

    private func upgradeHere(_ upgrade: WebSocketUpgrade, context: ChannelHandlerContext) {
        let socket = WebSocketConnection(
            configuration: upgrade.configuration, loop: loop, isTLS: isTLS, isBehindDecoder: codec != nil)
        do {
            let pipeline = context.pipeline.syncOperations
            let last: any ChannelHandler = if let codec { codec.decoder } else { self }
            try pipeline.addHandler(socket, position: .after(last))
            socket.stranger = stranger
            stranger = nil
            resumeReading()
            pipeline.removeHandler(context: context, promise: nil)
            if let codec { _ = pipeline.removeHandler(codec.encoder) }
            socket.begin(upgrade)
            if let codec {
                // The decoder hands over what came after the request in a later turn of the loop, outside of any read.
                let bound = NIOLoopBound(socket, eventLoop: context.eventLoop)
                pipeline.removeHandler(codec.decoder).whenComplete { _ in
                    bound.value.decoderIsGone()
                    bound.value.endBurst()
                }
                // A socket that has left the pipeline reads nothing any more.
            } else if early.readableBytes > 0, let next = try? pipeline.context(handler: socket) {
                socket.channelRead(context: next, data: NIOAny(early))
                socket.endBurst()
            }
        } catch {
            context.close(promise: nil)
        }
    }

    /// Moves the socket: its descriptor is duplicated, this channel closed, and the duplicate adopted by the other
    /// loop.
    private func upgradeElsewhere(
        _ upgrade: WebSocketUpgrade, target: any EventLoop, context: ChannelHandlerContext
    ) {
        guard let decoder = codec?.decoder else {
            return move(upgrade, leftOver: early.readableBytes > 0 ? early : nil, target: target, context: context)
        }
        let leftOver = LeftOverCollector()
        let bound = NIOLoopBound((self, leftOver, context), eventLoop: context.eventLoop)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(leftOver, position: .after(decoder))
        } catch {
            return context.close(promise: nil)
        }
        pipeline.removeHandler(decoder).whenComplete { _ in
            let (connection, leftOver, context) = bound.value
            connection.move(upgrade, leftOver: leftOver.bytes, target: target, context: context)
        }
    }

    private func move(
        _ upgrade: WebSocketUpgrade, leftOver: ByteBuffer?, target: any EventLoop, context: ChannelHandlerContext
    ) {
        let shared = loop.shared
        let stranger = stranger
        self.stranger = nil
        // Without a descriptor there is nothing to move: it ends.
        let duplicate = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        context.close(promise: nil)
        guard let duplicate, duplicate >= 0 else {
            stranger?.leave()
            return
        }
        _ = shared.connections.add()
        ClientBootstrap(group: target)
            .channelOption(ChannelOptions.maxMessagesPerRead, value: 1)
            .channelOption(ChannelOptions.recvAllocator, value: ReceiveAllocator())
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let context = shared.context(of: channel.eventLoop)
                    context.add(channel)
                    if let stranger {
                        shared.registry.move(stranger) { channel.close(promise: nil) }
                    }
                    let socket = WebSocketConnection(
                        configuration: upgrade.configuration, loop: context,
                        adoption: .init(upgrade: upgrade, leftOver: leftOver))
                    socket.stranger = stranger
                    try channel.pipeline.syncOperations.addHandler(socket)
                }
            }
            .withConnectedSocket(duplicate)
            .whenFailure { _ in stranger?.leave() }
    }
}
