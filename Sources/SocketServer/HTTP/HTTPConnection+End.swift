import NIOCore
import NIOHTTP1

/// How a connection ends, and what comes after it in its channel.
extension HTTPConnection {
    /// The client has closed its side. It may still read (`nc -N`), or be gone: nothing tells one from the other until
    /// something is written. So what it sent whole is answered, and then the connection closes; an answer that may be
    /// long in coming, and a request of which only a part came, end with it, and one that has not begun by the stall
    /// timeout.
    func inputDidEnd() {
        guard phase == .serving else { return }
        hasInputEnded = true
        pendingRead = false
        goOnWithoutInput()
    }

    /// Nothing more can be read: the rest is answered, if that may still come to something, and then it ends.
    func goOnWithoutInput() {
        guard phase == .serving else { return }
        guard let exchange else {
            if waiting.isEmpty { linger() }
            return
        }
        if requestEnded {
            guard exchange.receiver?.outlivesInput != false else { return abort() }
            // Whoever answers is to learn, before long, of a client that is gone.
            if !exchange.hasStarted { loop.stallDeadlines.arm(deadline, owner: self) }
        } else if waiting.isEmpty {
            refuseRest(of: exchange)
        }
    }

    /// More came than is kept, although nothing was to be read. What came whole is answered, and no more is parsed.
    func dropInput() {
        dropsInput = true
        takeDecoderAway()
        while let part = waiting.last, !part.isEnd {
            waiting.removeLast()
            waitingBytes -= part.keptBytes
        }
        settleMemory()
        inputDidEnd()
    }

    /// What is dropped need not be parsed (a decoder that is gone already is as good); the encoder may still have
    /// something to write.
    private func takeDecoderAway() {
        guard let codec, let context else { return }
        context.pipeline.syncOperations.removeHandler(codec.decoder).whenFailure { _ in }
    }

    /// The rest of the body will not come, or breaks the rules: an answer that has not begun says so, one that has is
    /// not ended, and one that was given goes out.
    private func refuseRest(of exchange: HTTPExchange) {
        guard exchange.isOpen else { return linger() }
        guard !exchange.hasStarted else { return abort() }
        let receiver = exchange.receiver
        exchange.receiver = nil
        keepsAlive = false
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
        guard phase == .serving, let context, let raw = rawContext else { return }
        phase = .lingering
        waiting.removeAll()
        waitingBytes = 0
        heldBody = 0
        settleMemory()
        takeDecoderAway()
        stalledBytes = Int.max
        loop.stallDeadlines.arm(deadline, owner: self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let channel = context.channel
        // The empty write is done when everything before it is.
        let written = context.eventLoop.makePromise(of: Void.self)
        raw.writeAndFlush(NIOAny(ByteBuffer()), promise: written)
        written.futureResult.whenComplete { result in
            let connection = bound.value
            guard connection.phase == .lingering, case .success = result else { return channel.close(promise: nil) }
            connection.hasClosedOutput = true
            connection.loop.closeDeadlines.arm(connection.deadline, owner: connection)
            channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
        }
        if pendingRead {
            pendingRead = false
            context.read()
        }
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
            phase = .leaving
            stranger = nil
            if pendingRead { context.read() }
            pipeline.removeHandler(context: context, promise: nil)
            let bound = NIOLoopBound((replacement, hasInputEnded), eventLoop: context.eventLoop)
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
        guard pendingRead else { return }
        pendingRead = false
        context?.read()
    }

    /// Leaves the pipeline to what was upgraded to.
    func leave() {
        phase = .leaving
        closeAccount()
        deadline.disarm()
        if let exchange {
            exchange.receiver = nil
            self.exchange = nil
        }
    }
}
