import NIOCore
import NIOHTTP1

/// How a connection ends, and what comes after it in its channel.
extension HTTPConnection {
    /// The client has closed its side. It may still read (`nc -N`), or be gone: nothing tells one from the other until
    /// something is written. So what it sent whole is answered, and then the connection closes; an answer that may be
    /// long in coming, and a request of which only a part came, end with it, and one that has not begun by the stall
    /// timeout.
    func inputDidEnd() {
        if machine.inputEnds() { goOnWithoutInput() }
    }

    /// Nothing more can be read: the rest is answered, if that may still come to something, and then it ends.
    func goOnWithoutInput() {
        let answer = exchange.map { exchange in
            HTTPConnectionMachine.Answer(
                outlivesInput: exchange.receiver?.outlivesInput != false, hasStarted: exchange.hasStarted,
                isOpen: exchange.isOpen)
        }
        switch machine.goOnWithoutInput(answer) {
        case .nothing: break
        case .linger: linger()
        case .abort: abort()
        case .armStall: loop.stallDeadlines.arm(deadline, owner: self)
        case .refuse: refuseRest()
        }
    }

    /// More came than is kept, although nothing was to be read. What came whole is answered, and no more is parsed.
    func dropInput() {
        machine.dropInput()
        takeDecoderAway()
        settleMemory()
        inputDidEnd()
    }

    /// What is dropped need not be parsed (a decoder that is gone already is as good); the encoder may still have
    /// something to write.
    private func takeDecoderAway() {
        guard let codec, let context else { return }
        context.pipeline.syncOperations.removeHandler(codec.decoder).whenFailure { _ in }
    }

    private func refuseRest() {
        guard let exchange else { return }
        let receiver = exchange.receiver
        exchange.receiver = nil
        exchange.respond(.badRequest)
        receiver?.exchangeDidClose(exchange)
    }

    /// Whether the channel stays when the client closes its side. With TLS it does not: what ends there is all of it.
    func keepChannelAtEndOfInput(_ keeps: Bool) {
        guard !isTLS, let options = context?.channel.syncOptions else { return }
        // It fails on a channel that is closed already.
        try? options.setOption(.allowRemoteHalfClosure, value: keeps)
    }

    /// Closes our side once everything is written, and drops what comes until the client closes its own.
    func linger() {
        guard let context, let raw = rawContext, machine.linger() else { return }
        heldBody = 0
        settleMemory()
        takeDecoderAway()
        loop.stallDeadlines.arm(deadline, owner: self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let channel = context.channel
        // The empty write is done when everything before it is.
        let written = context.eventLoop.makePromise(of: Void.self)
        raw.writeAndFlush(NIOAny(ByteBuffer()), promise: written)
        written.futureResult.whenComplete { result in
            let connection = bound.value
            guard case .success = result, connection.machine.everythingIsWritten() else {
                return channel.close(promise: nil)
            }
            connection.loop.closeDeadlines.arm(connection.deadline, owner: connection)
            channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
        }
        if machine.takePendingRead() { context.read() }
    }

    /// Where bytes are written that are no HTTP: below the encoder.
    var rawContext: ChannelHandlerContext? {
        guard let codec else { return context }
        // An encoder that has gone is in nobody's way.
        return try? context?.pipeline.syncOperations.context(handler: codec.encoder)
    }

    /// After a request that named another protocol and got an answer in this one (`Upgrade: h2c`), NIO's decoder parses
    /// no more: a new one takes its place, and what the old one held.
    func replaceDecoder() {
        guard let context, let codec else { return }
        let fresh = HTTPCodec(encoder: codec.encoder, loop.shared.limits)
        let replacement = HTTPConnection(
            loop: loop, isTLS: isTLS, codec: fresh, stranger: stranger, isProxied: isProxied)
        replacement.peerAddress = peerAddress
        replacement.requestPace = requestPace
        replacement.strangersShare = strangersShare
        do {
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandlers([fresh.decoder, replacement], position: .after(codec.decoder))
            replacement.armIdle()
            machine.leave()
            stranger = nil
            if machine.takePendingRead() { context.read() }
            pipeline.removeHandler(context: context, promise: nil)
            let bound = NIOLoopBound((replacement, machine.hasInputEnded), eventLoop: context.eventLoop)
            pipeline.removeHandler(codec.decoder).whenComplete { _ in
                let (replacement, hasInputEnded) = bound.value
                if hasInputEnded { replacement.inputDidEnd() }
            }
        } catch {
            context.close(promise: nil)
        }
    }

    /// Goes on reading, where that was held back.
    func resumeReading() {
        if machine.takePendingRead() { context?.read() }
    }

    /// Leaves the pipeline to what was upgraded to.
    func leave() {
        closeAccount()
        deadline.disarm()
        if let exchange {
            exchange.receiver = nil
            self.exchange = nil
        }
    }
}
