import NIOCore

/// When a connection is given up: one that asks nothing, sends half of something, or does not take its answers.
extension HTTPConnection {
    func armIdle() {
        if context?.channel.isWritable == false { return armStall() }
        stalledBytes = Int.max
        loop.idleDeadlines.arm(deadline, owner: self)
    }

    func armStall(adding bytes: Int = 0) {
        guard requestEnded else { return }
        stalledBytes = unsentBytes + bytes
        loop.stallDeadlines.arm(deadline, owner: self)
    }

    func deadlineReached(_ deadline: Deadline) {
        guard let context else { return }
        if phase == .lingering, hasClosedOutput { return context.close(promise: nil) }
        if bufferedBytes > 0 {
            if exchange == nil, loop.isDraining, phase == .serving { return linger() }
            // A client that still takes bytes of a response, at a modest rate, is slow and not gone.
            let unsent = unsentBytes
            guard stalledBytes == .max || stalledBytes - unsent >= loop.leastTaken else {
                return context.close(promise: nil)
            }
            stalledBytes = unsent
            loop.stallDeadlines.arm(deadline, owner: self)
        } else if phase == .lingering || exchange == nil || !requestEnded || isWaitedForInVain {
            context.close(promise: nil)
        }
    }

    /// The client closed its side, and the answer has not begun.
    private var isWaitedForInVain: Bool { hasInputEnded && exchange?.hasStarted == false }

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
