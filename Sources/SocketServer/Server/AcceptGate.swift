import Logging
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Counts connections where they are accepted, and accepts no more than the process has descriptors for.
///
/// 1. An accepted connection is counted at once, on the listener's loop: the loop that it will live on may be busy, and
///    would count it too late.
/// 2. While more are open than the limit and some (those that were told to close and have not yet, those that are
///    answered 503), nothing is accepted: the kernel holds what comes in its queue.
/// 3. Where the process or the machine has no descriptor left all the same, strangers are ended and the next accept
///    waits a moment; a loop that tried again at once would do nothing else.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    /// Connections past the limit that may be open for the moment that they are refused or closed in.
    static let excess = 32
    private static let pause: TimeAmount = .milliseconds(20)
    private static let pauseWithoutDescriptors: TimeAmount = .milliseconds(100)
    /// Strangers that go when a descriptor was not to be had.
    private static let relief = 16

    private let shared: ServerShared
    private let logger: Logger
    private var isWaiting = false
    private var wantsRead = false
    private var saidAt: NIODeadline?

    init(shared: ServerShared, logger: Logger) {
        self.shared = shared
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        _ = shared.connections.add()
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if isWaiting {
            wantsRead = true
        } else if shared.connections.count >= shared.connections.limit + Self.excess {
            wantsRead = true
            wait(Self.pause, context)
        } else {
            context.read()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What failed with one connection is no end of the listener (its peer may have gone before it was accepted).
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return logger.debug("accept failed", metadata: ["parley.error": "\(error)"])
        }
        let now = NIODeadline.now()
        if saidAt.map({ now - $0 > .seconds(10) }) ?? true {
            saidAt = now
            logger.error("no connection can be accepted for now", metadata: ["parley.error": "\(error)"])
        }
        for _ in 0..<Self.relief where !shared.registry.giveWay(to: nil) { break }
        // The channel holds this read for one that is still to come, and would be told at once that it can be done.
        setAutoRead(false, context)
        wait(Self.pauseWithoutDescriptors, context)
    }

    private func setAutoRead(_ isOn: Bool, _ context: ChannelHandlerContext) {
        do {
            try context.channel.syncOptions?.setOption(ChannelOptions.autoRead, value: isOn)
        } catch {
            logger.debug("a listener is closed", metadata: ["parley.error": "\(error)"])
        }
    }

    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        isWaiting = true
        context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.isWaiting = false
            // By the gate again: there may still be no room.
            if self.wantsRead {
                self.wantsRead = false
                self.read(context: context)
            }
            self.setAutoRead(true, context)
        }
    }
}

@available(*, unavailable)
extension AcceptGate: Sendable {}
