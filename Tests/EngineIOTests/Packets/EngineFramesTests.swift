import EngineIO
import NIOCore
import Testing

@Suite("Framing once for all")
struct EngineFramesTests {
    static let lengths = [0, 1, 100, 123, 124, 125, 126, 127, 300, 65_533, 65_534, 65_535, 65_536, 200_000]

    private func text(_ length: Int) -> String { String(repeating: "x", count: length) }

    @Test("Text written in place is framed as text that was there before", arguments: lengths)
    func inPlace(length: Int) {
        var copied = EngineFrames()
        copied.append(text: text(length))
        var placed = EngineFrames()
        placed.append(textOf: { buffer in buffer.writeString(text(length)) })
        #expect(placed.bytes == copied.bytes)
        #expect(placed.count == 1)
    }

    @Test("Frames of all lengths follow one another, whatever was in front")
    func inARow() {
        var copied = EngineFrames()
        var placed = EngineFrames()
        for length in Self.lengths + Self.lengths.reversed() {
            copied.append(text: text(length))
            placed.append(textOf: { buffer in buffer.writeString(text(length)) })
        }
        #expect(placed.bytes == copied.bytes)
        #expect(placed.count == copied.count)
    }

    @Test("A copy holds the same, and is changed without the other")
    func copies() {
        var frames = EngineFrames()
        frames.append(text: "one")
        var copy = frames.copied()
        #expect(copy.bytes == frames.bytes && copy.count == 1)
        copy.append(text: "two")
        #expect(frames.count == 1 && frames.size < copy.size)
    }
}
