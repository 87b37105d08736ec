import Configuration
import Foundation
import Synchronization

/// The settings as given: flags before environment before file, each through a provider of swift-configuration.
struct SettingsSource: Sendable {
    /// Variables that look like settings and are none: said in the log, no error.
    let unknownEnvironment: [String]
    /// The configuration file, as it was named.
    let fileName: String?

    /// Settings that are read as if nobody had given them.
    var leftOut: Set<Setting> = []

    private let providers: [(origin: SettingOrigin, provider: any ConfigSnapshot)]

    /// - Parameters:
    ///   - flags: what stood on the command line.
    ///   - environment: one that is empty counts as not set: `PARLEY_X=` is how a compose file or a unit takes it away.
    ///   - file: the YAML text of `--config`, with the name to call it by.
    /// - Throws: ``Failure`` when the file cannot be understood or has keys that are no settings.
    init(
        flags: [Setting: [String]], environment: [String: String], file: (name: String, text: String)? = nil
    ) throws {
        let environment = environment.filter { !$0.value.isEmpty }
        fileName = file?.name
        var flagValues: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, texts) in flags {
            let content: ConfigContent = setting.isRepeatable ? .stringArray(texts) : .string(texts.last ?? "")
            flagValues[AbsoluteConfigKey([setting.rawValue])] = ConfigValue(content, isSecret: setting.isSecret)
        }
        var providers: [(SettingOrigin, any ConfigSnapshot)] = [
            (.flag, InMemoryProvider(name: "flags", values: flagValues).snapshot()),
            (.environment, EnvironmentVariablesProvider(environmentVariables: environment).snapshot()),
        ]
        if let file { providers.append((.file, try Self.snapshot(of: file.text, named: file.name))) }
        self.providers = providers
        let known = Set(Setting.allCases.map(\.environmentName) + ["PARLEY_CONFIG"])
        unknownEnvironment = environment.keys.filter { $0.hasPrefix("PARLEY_") && !known.contains($0) }.sorted()
    }

    /// The value that counts, if the setting was given anywhere.
    func value(_ setting: Setting) throws -> SettingValue? {
        guard !leftOut.contains(setting) else { return nil }
        for (origin, provider) in providers {
            do {
                guard let text = try provider.value(forKey: key(setting, origin), type: .string).value?.content.text
                else { continue }
                return try Self.given(SettingValue(setting: setting, text: text, origin: origin))
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure(.configuration, "\(origin.name(of: setting)) must be a single value", of: setting)
            }
        }
        return nil
    }

    /// All values of a repeatable setting from the first place that gives any; `nil` when none does.
    func values(_ setting: Setting) throws -> [SettingValue]? {
        guard !leftOut.contains(setting) else { return nil }
        for (origin, provider) in providers {
            let key = key(setting, origin)
            // A secret may have commas: it is asked for as it stands. Others of another type are asked for as that one.
            let isWhole = origin == .environment && setting.isSecret
            var texts = isWhole ? nil : try? provider.value(forKey: key, type: .stringArray).value?.content.texts
            if texts == nil, let one = try? provider.value(forKey: key, type: .string).value?.content.text {
                texts = [one]
            }
            // `${A:-},${B:-}` with neither set is not set either.
            if origin == .environment { texts = texts?.filter { !$0.isEmpty } }
            guard let texts, !texts.isEmpty || origin == .file else { continue }
            return try texts.map { try Self.given(SettingValue(setting: setting, text: $0, origin: origin)) }
        }
        return nil
    }

    /// An empty variable is none; an empty flag or key was meant to be something.
    private static func given(_ value: SettingValue) throws -> SettingValue {
        guard !value.text.isEmpty else { throw Failure.badValue(value, "something: it is empty") }
        return value
    }

    private func key(_ setting: Setting, _ origin: SettingOrigin) -> AbsoluteConfigKey {
        AbsoluteConfigKey(origin == .environment ? ["parley", setting.rawValue] : [setting.rawValue])
    }

    private static func snapshot(of text: String, named name: String) throws -> any ConfigSnapshot {
        let isEmpty = text.split(whereSeparator: \.isNewline).allSatisfy { line in
            let line = line.drop(while: \.isWhitespace)
            return line.isEmpty || line.first == "#" || line == "---"
        }
        guard !isEmpty else { return InMemoryProvider(values: [:]).snapshot() }
        // swift-configuration asks of each key whether it is a secret: the one place where the keys of a file are told.
        let keys = KeyCollector()
        let options = YAMLSnapshot.ParsingOptions(secretsSpecifier: .dynamic { key, _ in keys.note(key) })
        let snapshot: YAMLSnapshot
        do {
            snapshot = try YAMLSnapshot(data: Data(text.utf8).bytes, providerName: name, parsingOptions: options)
        } catch {
            let line = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
            throw Failure(.configuration, "\(name) is not a YAML mapping of options: \(line)")
        }
        let unknown = keys.all.filter { Setting(rawValue: $0) == nil }.map { $0.isEmpty ? "one without a name" : $0 }
        guard unknown.isEmpty else {
            let what = unknown.count == 1 ? "an unknown key" : "unknown keys"
            throw Failure(.configuration, "\(name) has \(what): \(unknown.joined(separator: ", "))")
        }
        return snapshot
    }

    /// The keys of a file, in its order.
    private final class KeyCollector: Sendable {
        private let keys = Mutex<[String]>([])

        var all: [String] { keys.withLock { $0 } }

        func note(_ key: String) -> Bool {
            keys.withLock { $0.append(key) }
            return Setting(rawValue: key)?.isSecret ?? true
        }
    }
}

extension ConfigContent {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var texts: [String]? {
        if case .stringArray(let texts) = self { texts } else { nil }
    }
}
