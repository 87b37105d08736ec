import Foundation

/// What a command was asked for: where it cannot be written the command has failed.
enum StandardOutput {
    /// Writes a line.
    ///
    /// - Throws: ``Failure`` with status 1.
    static func line(_ text: String) throws(Failure) {
        try write(text + "\n")
    }

    /// - Throws: ``Failure`` with status 1.
    static func write(_ text: String) throws(Failure) {
        if let stop = Descriptor.write(text, to: STDOUT_FILENO) { throw failure(stop.code) }
    }

    static func failure(_ code: Int32) -> Failure {
        Failure(.failure, "standard output cannot be written: \(ErrorText.system(code))")
    }
}
