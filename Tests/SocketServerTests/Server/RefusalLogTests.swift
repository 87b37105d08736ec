import Logging
import NIOCore
import Synchronization
import Testing

@testable import SocketServer

@Suite("Refused tokens in the log")
struct RefusalLogTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info
        let lines: Lines

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.all.withLock { $0.append("\(event.level) \(event.message)\(pairs.joined())") }
        }
    }

    @Test("A refusal names the address and the code; a flood of them is counted")
    func lines() {
        let lines = Lines()
        let time = Mutex(NIODeadline.uptimeNanoseconds(1))
        let logger = Logger(label: "test") { _ in Handler(lines: lines) }
        let log = RefusalLog(logger: logger) { time.withLock { $0 } }
        for _ in 0..<50 { log.refused(.token, from: "192.0.2.7", code: "token_expired") }
        log.refused(.key, from: "192.0.2.8", code: "unauthorized")
        time.withLock { $0 = $0 + .minutes(1) }
        log.refused(.token, from: "192.0.2.7", code: "unauthorized")
        let all = lines.all.withLock { $0 }
        #expect(all.count == RefusalLog.linesAMinute + 2)
        #expect(all.first == "info refused token parley.address=192.0.2.7 parley.code=token_expired")
        #expect(all[RefusalLog.linesAMinute] == "info refused key parley.address=192.0.2.8 parley.code=unauthorized")
        #expect(all.last == "info refused token parley.address=192.0.2.7 parley.code=unauthorized parley.untold=30")
    }
}
