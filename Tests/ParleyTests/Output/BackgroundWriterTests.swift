import Foundation
import Testing

@testable import parley

@Suite("Lines written in the background", .timeLimit(.minutes(5)))
struct BackgroundWriterTests {
    private static func remark(_ lost: Int) -> String { "\(lost) were dropped\n" }

    /// Both ends of a pipe.
    private static func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private static func readAll(_ descriptor: Int32) -> String {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test("They arrive in their order, whole")
    func order() throws {
        let (reader, writer) = try Self.pipe()
        let output = BackgroundWriter(writer)
        for number in 0..<1000 { output.write("line \(number)\n", remark: Self.remark) }
        output.flush(within: .seconds(30))
        close(writer)
        #expect(Self.readAll(reader) == (0..<1000).map { "line \($0)\n" }.joined())
        #expect(output.dropped == 0)
    }

    @Test("Without a reader they are dropped and counted, and nothing else happens")
    func gone() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = try Self.pipe()
        close(reader)
        let output = BackgroundWriter(writer)
        for _ in 0..<10 {
            output.write("line\n", remark: Self.remark)
            output.flush(within: .seconds(30))
        }
        #expect(output.dropped == 10)
        close(writer)
    }

    @Test("A descriptor that is closed, or was never open, drops them")
    func closed() {
        let output = BackgroundWriter(-1)
        output.write("line\n")
        output.flush(within: .seconds(30))
        #expect(output.dropped == 1)
    }

    @Test("On a full disk they are dropped", .enabled(if: access("/dev/full", W_OK) == 0))
    func full() {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        let output = BackgroundWriter(descriptor)
        output.write("line\n")
        output.flush(within: .seconds(30))
        #expect(output.dropped == 1)
        close(descriptor)
    }

    @Test("A reader that sleeps holds up nobody and costs a bounded queue; awake again, it is told how many are lost")
    func asleep() throws {
        let (reader, writer) = try Self.pipe()
        let output = BackgroundWriter(writer)
        let line = String(repeating: "x", count: 999) + "\n"
        // What a pipe and the queue take together is below; these calls return though nobody reads.
        for _ in 0..<5000 { output.write(line, remark: Self.remark) }
        let dropped = output.dropped
        #expect(dropped > 5000 - 2 * BackgroundWriter.limit / 1000 - 1000 && dropped < 5000)
        let everything = Thread.Reading(reader)
        output.flush(within: .seconds(30))
        output.write("the last\n", remark: Self.remark)
        output.flush(within: .seconds(30))
        close(writer)
        let lines = everything.text().split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("x") }.count == 5000 - dropped)
        // The thread may have made room in between: then some are told of where they are missing.
        let told = lines.compactMap { $0.hasSuffix(" were dropped") ? Int($0.prefix { $0 != " " }) : nil }
        #expect(told.reduce(0, +) == dropped)
        #expect(lines.suffix(2).first?.hasSuffix(" were dropped") == true && lines.last == "the last")
        #expect(output.dropped == dropped)
    }

    @Test("A pipe that is set not to block is waited for, not written past")
    func nonBlocking() throws {
        let (reader, writer) = try Self.pipe()
        _ = fcntl(writer, F_SETFL, fcntl(writer, F_GETFL) | O_NONBLOCK)
        let output = BackgroundWriter(writer)
        let everything = Thread.Reading(reader)
        for _ in 0..<500 { output.write(String(repeating: "y", count: 999) + "\n") }
        output.flush(within: .seconds(30))
        close(writer)
        #expect(everything.text().utf8.count == 500_000)
        #expect(output.dropped == 0)
    }
}

extension Thread {
    /// Reads a descriptor to its end, beside what the test does.
    final class Reading: Sendable {
        private let result = DispatchSemaphore(value: 0)
        nonisolated(unsafe) private var bytes = Data()

        init(_ descriptor: Int32) {
            Thread { [self] in
                bytes = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readDataToEndOfFile()
                result.signal()
            }.start()
        }

        /// Once; waits for the end.
        func text() -> String {
            result.wait()
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
