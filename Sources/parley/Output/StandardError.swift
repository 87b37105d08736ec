import Foundation

/// What a command says of itself. It is lost where standard error cannot be written; nothing else may come of that.
///
/// What runs for long (`serve`) writes its log by ``BackgroundWriter/standardError`` instead, which never waits.
enum StandardError {
    /// How long a full pipe is waited for, milliseconds.
    private static let patience: Int32 = 1000

    static func write(_ text: String) {
        _ = Descriptor.write(text, to: STDERR_FILENO, patience: patience)
    }
}
