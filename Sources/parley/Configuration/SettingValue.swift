/// Where a setting was given; earlier ones win.
enum SettingOrigin: Int, Comparable, Sendable {
    case flag, environment, file

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The setting as the operator wrote it there.
    func name(of setting: Setting) -> String {
        switch self {
        case .flag: "--\(setting.rawValue)"
        case .environment: setting.environmentName
        case .file: "\(setting.rawValue) in the configuration file"
        }
    }
}

/// One setting as it was given, not yet understood.
struct SettingValue: Equatable, Sendable {
    var setting: Setting
    var text: String
    var origin: SettingOrigin
}
