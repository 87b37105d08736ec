import ChatCore

/// Why the program ends: one line for a person, and the exit code.
struct Failure: Error, Equatable, CustomStringConvertible {
    let status: ExitStatus
    let message: String
    /// Of a setting that is wrong: which.
    let setting: Setting?

    /// - Parameter message: what stands in it of a file or an argument may have lines of its own, which are shown
    ///   escaped.
    init(_ status: ExitStatus, _ message: String, of setting: Setting? = nil) {
        self.status = status
        self.setting = setting
        self.message = Self.line(message)
    }

    /// The text on one line: what ends a line or moves about in a terminal is shown escaped.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        return text.unicodeScalars.map { $0.isControl ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    /// What the store refused, with the exit code that the contract has for it.
    init(_ error: StoreOpenError) {
        self.init(ExitStatus(rawValue: error.exitCode) ?? .failure, error.description)
    }

    var description: String { message }

    /// A wrong value of a setting, named together with where it was given.
    static func badValue(_ value: SettingValue, _ expected: String) -> Failure {
        let shown = value.setting.isSecret ? "" : " (it is \"\(value.text)\")"
        return Failure(
            .configuration, "\(value.origin.name(of: value.setting)) must be \(expected)\(shown)", of: value.setting)
    }
}

extension Unicode.Scalar {
    /// Ends a line, or moves about in a terminal.
    fileprivate var isControl: Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
