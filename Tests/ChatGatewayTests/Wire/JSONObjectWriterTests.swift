import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

@Suite("Objects in objects")
struct JSONObjectWriterTests {
    @Test("They are written where they stand: what was written before is not copied, however much it is")
    func inPlace() {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(1 << 20)
        buffer.writeStaticString("[")
        func address() -> UnsafeRawPointer? { buffer.withUnsafeReadableBytes { $0.baseAddress } }
        let before = address()
        for number in 0..<100 {
            buffer.writeObject { object in
                object.field("number", number)
                object.array("inner", 0..<3) { buffer, inner in
                    buffer.writeObject { object in
                        object.object("deep") { $0.field("inner", inner) }
                    }
                }
            }
        }
        #expect(address() == before)
        #expect(buffer.readableBytes > 5000)
    }

    @Test("They are JSON")
    func json() {
        var buffer = ByteBuffer()
        buffer.writeObject { object in
            object.field("a", 1)
            object.array("b", [1, 2]) { buffer, value in buffer.writeObject { $0.field("c", value) } }
            object.object("d") { _ in }
        }
        #expect(String(buffer: buffer) == #"{"a":1,"b":[{"c":1},{"c":2}],"d":{}}"#)
    }
}
