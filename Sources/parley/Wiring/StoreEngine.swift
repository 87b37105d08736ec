import ChatCore
import ChatSQLite
import Foundation

/// What keeps the chats: the one place that knows engines by name. Everything else has a ``ChatCore/ServedStore`` or a
/// ``ChatCore/StoreMaintenance``.
enum StoreEngine {
    /// One file, `parley.db`, in the data directory.
    case sqlite(directory: String)

    init(_ configuration: ServeConfiguration) { self = .sqlite(directory: configuration.dataDirectory) }

    /// That of the appliance which a command means: by flag, environment and configuration file, as `serve` finds it.
    ///
    /// - Throws: ``Failure`` with status 78.
    init(data flag: String?, config: String?) throws {
        self.init(
            try ConfigurationFile.settings(flags: flag.map { [.data: [$0]] } ?? [:], file: config).configuration)
    }

    /// Whether there is a store already.
    var exists: Bool {
        switch self {
        case .sqlite: FileManager.default.fileExists(atPath: maintenance.place)
        }
    }

    /// The files of the data directory that belong to the appliance alone: nothing that an operator writes may take
    /// their places.
    var files: [String] {
        switch self {
        case .sqlite(let directory): maintenance.files + [directory + "/admin.key"]
        }
    }

    /// Connections to files that it keeps open to read.
    var readers: Int {
        switch self {
        case .sqlite: SQLiteStoreOptions().readers
        }
    }

    /// Opens the store, or makes it.
    ///
    /// - Parameter whenLost: called once, from any thread, when the store is not at its place any more.
    /// - Throws: ``Failure``.
    func open(
        _ configuration: ServeConfiguration, whenLost: @escaping @Sendable (StoreOpenError) -> Void
    ) throws -> any ServedStore {
        do {
            switch self {
            case .sqlite(let directory):
                var options = SQLiteStoreOptions(durability: configuration.durability)
                options.whenLost = whenLost
                options.walLimit = Int64(configuration.walLimit ?? DiskSpace.standardLogLimit(of: directory))
                return try SQLiteChatStore(directory: directory, policy: configuration.policy, options: options)
            }
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
    }

    var maintenance: any StoreMaintenance {
        switch self {
        case .sqlite(let directory): SQLiteMaintenance(directory: directory)
        }
    }
}

extension ServeConfiguration {
    /// The rules of the chats, as configured.
    var policy: ChatPolicy {
        ChatPolicy(
            maxMessageLength: maxMessageLength, clientsCreateChats: clientsCreateChats, historyVisibility: history,
            quietMembers: quietMembers, recoveryWindow: recoveryWindow, maxAttachment: Int64(maxAttachment),
            maxStorage: Int64(maxStorage ?? DiskSpace.standardStorage(of: dataDirectory)))
    }
}
