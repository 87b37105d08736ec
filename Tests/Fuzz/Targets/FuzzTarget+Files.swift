import ChatCore
import ChatSQLite
import NIOCore

@testable import parley

extension FuzzTarget {
    /// A line of an archive: what was read is written, read again, and written the same.
    static let archive = FuzzTarget("archive") { bytes in
        guard let record = try? ArchiveLine.record(bytes.buffer) else { return }
        var line = ByteBuffer()
        ArchiveLine.write(record, to: &line)
        line = line.getSlice(at: line.readerIndex, length: line.readableBytes - 1) ?? line
        let text = String(buffer: line)
        guard let again = try? ArchiveLine.record(line) else { throw Broken("written as \(text), which is refused") }
        var second = ByteBuffer()
        ArchiveLine.write(again, to: &second)
        try require(String(buffer: second) == text + "\n", "\(text) came back as \(String(buffer: second))")
    }

    /// The configuration file of `serve`.
    static let settings = FuzzTarget("settings", longest: 256) { bytes in
        let text = FuzzInput(bytes).text
        do {
            let source = try SettingsSource(flags: [:], environment: [:], file: ("parley.yaml", text))
            let reader = SettingsReader(source: source, readFile: { _ in throw Broken("no file") }, cores: 2)
            let configuration = try reader.configuration()
            try require(configuration.threads > 0, "\(configuration.threads) threads")
        } catch let failure as Failure {
            try require(failure.status == .configuration, "exit code \(failure.status)")
            try require(!failure.message.utf8.contains(UInt8(ascii: "\n")), "more than one line: \(failure.message)")
        }
    }
}
