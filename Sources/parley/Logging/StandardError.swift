import Foundation

/// Standard error, a whole line a write.
enum StandardError {
    @Sendable static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
