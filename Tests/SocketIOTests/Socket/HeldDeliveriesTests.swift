import EngineIO
import NIOCore
import Testing

@testable import SocketIO

@Suite("Deliveries kept while a socket may not hear")
struct HeldDeliveriesTests {
    private func batch(_ bytes: Int, stamp: Int64) -> DeliveryBatch {
        var builder = DeliveryBatch.Builder()
        builder.send(
            PacketEncoder(namespace: "/").event("e", json: ByteBuffer(repeating: 0x31, count: bytes)), toRoom: "r")
        return builder.finish(stamp: stamp, trailer: nil)
    }

    @Test("They are bounded by number and by bytes, whichever comes first")
    func bounds() {
        let small = HeldDeliveries()
        for stamp in 0..<Int64(HeldDeliveries.limit) { #expect(small.append(batch(1, stamp: stamp))) }
        #expect(!small.append(batch(1, stamp: 0)) && small.isLost)

        let large = HeldDeliveries()
        let size = HeldDeliveries.maxBytes / 4
        for stamp in 0..<Int64(3) { #expect(large.append(batch(size, stamp: stamp))) }
        #expect(!large.append(batch(size, stamp: 3)) && large.isLost)
        large.removeAll()
        #expect(large.append(batch(size, stamp: 4)), "what is let go of counts no more")
    }
}
