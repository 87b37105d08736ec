import ChatCore

/// Why the program ends: one line for a person, and the exit code.
struct Failure: Error, Equatable, CustomStringConvertible {
    var status: ExitStatus
    var message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// What the store refused, with the exit code that the contract has for it.
    init(_ error: StoreOpenError) {
        self.init(ExitStatus(rawValue: error.exitCode) ?? .failure, error.description)
    }

    var description: String { message }

    /// A wrong value of a setting, named together with where it was given.
    static func badValue(_ value: SettingValue, _ expected: String) -> Failure {
        let shown = value.setting.isSecret ? "" : " (it is \"\(value.text)\")"
        return Failure(.configuration, "\(value.origin.name(of: value.setting)) must be \(expected)\(shown)")
    }
}
