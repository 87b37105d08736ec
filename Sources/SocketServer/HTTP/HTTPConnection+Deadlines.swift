import NIOCore

/// When a connection is given up: one that asks nothing, sends half of something, or does not take its answers.
extension HTTPConnection {
    func armIdle() {
        if context?.channel.isWritable == false { return armStall() }
        machine.stopWatching()
        loop.idleDeadlines.arm(deadline, owner: self)
    }

    func armStall(adding bytes: Int = 0) {
        guard machine.watchUnsent(unsentBytes + bytes) else { return }
        loop.stallDeadlines.arm(deadline, owner: self)
    }

    func deadlineReached(_ deadline: Deadline) {
        guard let context else { return }
        // A client that still takes bytes of a response, at a modest rate, is slow and not gone.
        let due = machine.deadlineReached(
            isBuffered: bufferedBytes > 0, unsent: unsentBytes, leastTaken: loop.leastTaken,
            isDraining: loop.isDraining, hasStarted: exchange?.hasStarted ?? false)
        switch due {
        case .nothing: break
        case .close: context.close(promise: nil)
        case .linger: linger()
        case .wait: loop.stallDeadlines.arm(deadline, owner: self)
        }
    }

    /// What the client has not taken: here, and in the kernel.
    private var unsentBytes: Int {
        guard let channel = context?.channel else { return 0 }
        return bufferedBytes + KernelSendQueue.bytes(of: channel)
    }

    private var bufferedBytes: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        // A channel that is closed has nothing buffered.
        return (try? options.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
    }
}
