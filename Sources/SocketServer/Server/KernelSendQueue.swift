import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the kernel holds of a connection's output.
enum KernelSendQueue {
    /// Bytes that the peer has not confirmed yet; 0 where the kernel does not tell.
    ///
    /// A send buffer grows to megabytes, and room in it is told only when a third of it is free: without this a slow
    /// reader looks like one that takes nothing.
    static func bytes(of channel: any Channel) -> Int {
        #if canImport(Darwin)
        return 0
        #else
        // A channel that is closed has nothing waiting.
        let bytes = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            descriptor in
            var count: CInt = 0
            // SIOCOUTQ, which is TIOCOUTQ on every architecture of Linux that this runs on.
            return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return (bytes ?? nil) ?? 0
        #endif
    }
}
