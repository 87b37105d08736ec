public import NIOCore

/// Sending: see ``SocketOutput``.
extension WebSocketConnection {
    /// Queues frames as they are: whole server frames, without masks. Nothing is sent before ``flush()``.
    ///
    /// - Parameter isCounted: whether they count in ``countedBytes``. Once all have left that do not,
    ///   ``WebSocketDelegate/webSocketDidDrain(_:)`` is called, in a later turn of the loop.
    public func write(_ frames: ByteBuffer, isCounted: Bool = true) {
        guard machine.isOpen else { return }
        append(frames, isCounted: isCounted)
        if !isCounted { owesDrain = true }
    }

    func append(_ frames: ByteBuffer, isCounted: Bool) {
        written += frames.readableBytes
        output.append(frames, isCounted: isCounted)
        clearDescriptor = -1
    }

    /// Keeps `promise` once the kernel has what was written before, breaks it when it never will.
    public func markSent(_ promise: EventLoopPromise<Void>) {
        guard context != nil, state != .finished else { return promise.fail(ChannelError.ioOnClosedChannel) }
        marks.append((written, promise))
        keepMarks()
    }

    /// What became of bytes that were to be sent at once.
    public enum DirectSend: Sendable {
        /// The kernel has them.
        case sent
        /// The kernel took some; the rest is on its way, behind which everything else has to wait: ``countedBytes``
        /// tells whether it is too much.
        case queued
        /// None was sent, since something is in the way (unsent bytes, TLS, a close): use ``write(_:isCounted:)``.
        case notSent
    }

    /// Gives whole frames straight to the kernel, when nothing is in front of them: the shortest way there is, for
    /// those who send the same to many. It touches this object only.
    public func sendAtOnce(_ frames: UnsafeRawBufferPointer) -> DirectSend {
        guard clearDescriptor >= 0 else { return .notSent }
        let sent = SocketOutput.send(frames, to: clearDescriptor)
        if sent == frames.count { return .sent }
        clearDescriptor = -1
        if sent < 0 {
            context?.close(promise: nil)
        } else if let context {
            let rest = ByteBuffer(bytes: frames[sent...])
            written += rest.readableBytes
            pass(SocketOutput.Piece(bytes: rest, counted: rest.readableBytes), to: context)
            context.flush()
            settleOutput()
        }
        return .queued
    }

    /// After whatever may have opened or closed the straight way.
    func lookWhetherClear() {
        let isClear = machine.isOpen && writesInChannel == 0 && output.isEmpty
        clearDescriptor = isClear ? descriptor ?? -1 : -1
    }

    /// Sends what was written, as far as the peer takes it; the rest follows by itself.
    public func flush() {
        // From within: whoever is at it goes on.
        guard let context, !isFlushing else { return }
        isFlushing = true
        while writesInChannel == 0, !output.isEmpty {
            if let descriptor, channel?.isActive == true {
                switch output.send(to: descriptor, scratch: loop.scratch) {
                case .sent: break
                case .rest(let piece):
                    pass(piece, to: context)
                    context.flush()
                case .failed:
                    dropOutput()
                    context.close(promise: nil)
                }
            } else if let piece = output.takePiece() {
                pass(piece, to: context)
                context.flush()
            }
        }
        isFlushing = false
        lookWhetherClear()
        settleOutput()
    }

    func pass(_ piece: SocketOutput.Piece, to context: ChannelHandlerContext) {
        let done = eventLoop.makePromise(of: Void.self)
        writesInChannel += 1
        inChannel += piece.bytes.readableBytes
        countedInChannel += piece.counted
        clearDescriptor = -1
        done.futureResult.assumeIsolated().whenComplete { result in
            self.writesInChannel -= 1
            self.inChannel -= piece.bytes.readableBytes
            self.countedInChannel -= piece.counted
            // A write fails when the channel closes: its descriptor may be another connection's already.
            guard case .success = result else {
                self.forgetDescriptor()
                return self.settleOutput()
            }
            self.flush()
        }
        context.write(NIOAny(piece.bytes), promise: done)
    }

    /// After whatever was sent, or is left: counts it, and tells those who wait.
    private func settleOutput() {
        let unsent = output.size + inChannel
        if unsent != chargedOutput, let account {
            let change = unsent - chargedOutput
            chargedOutput = unsent
            if change > 0 { account.charge(change) } else { account.release(-change) }
        }
        if !marks.isEmpty { keepMarks() }
        if owesDrain, unsent == output.counted + countedInChannel {
            owesDrain = false
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            eventLoop.execute { bound.value.delegate?.webSocketDidDrain(bound.value) }
        }
        if endsOutput, unsent == 0, writesInChannel == 0 { endOutput() }
    }

    private func endOutput() {
        endsOutput = false
        guard let channel else { return }
        channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
    }

    private func keepMarks() {
        let left = written - output.size - inChannel
        while let first = marks.first, first.at <= left {
            marks.removeFirst()
            first.promise.succeed()
        }
    }

    /// Drops what the channel does not have yet.
    func dropOutput() {
        clearDescriptor = -1
        written -= output.size
        output.removeAll()
        let broken = marks
        marks = []
        for (_, promise) in broken { promise.fail(ChannelError.ioOnClosedChannel) }
        settleOutput()
    }

    /// Whether the peer has taken everything that was flushed.
    public var isBehind: Bool { writesInChannel > 0 || !output.isEmpty }

    /// Bytes written and not yet taken by the kernel.
    public var unsentBytes: Int { output.size + inChannel }

    /// Those of them that were written as counted.
    public var countedBytes: Int { output.counted + countedInChannel }

    /// Bytes that the kernel has taken since the beginning: whether a peer that is behind takes anything at all. It
    /// asks the channel, which costs something.
    public var takenBytes: Int {
        // A channel that is closed tells nothing; what it was given counts.
        let inChannel = (try? channel?.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)) ?? nil
        return written - output.size - (inChannel ?? self.inChannel)
    }
}
