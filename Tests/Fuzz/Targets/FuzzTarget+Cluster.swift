import NIOCore

@testable import SocketIO

extension FuzzTarget {
    /// Messages of other processes: what is one is written again as the same bytes.
    static let cluster = FuzzTarget("cluster", longest: 300) { bytes in
        let buffer = ByteBuffer(bytes: bytes)
        let message: ClusterMessage
        do throws(ClusterMessageError) { message = try ClusterMessage(buffer) } catch { return }
        try require(try message.encoded() == buffer, "\(message) is written in other bytes")
    }
}
