import ChatCore

/// The database that an import adds to, told from what it is at another time. No database is all zero.
struct ImportBase: Equatable {
    let revision: Int64
    let epoch: Int64

    private static let none = ImportBase(revision: 0, epoch: 0)

    var isThere: Bool { self != .none }

    init(revision: Int64, epoch: Int64) {
        self.revision = revision
        self.epoch = epoch
    }

    /// - Throws: ``StoreOpenError`` for a database that cannot be added to.
    init(_ directory: DataDirectory) throws {
        guard DataDirectory.exists(directory.database) else {
            self = .none
            return
        }
        let spectator = try Spectator(directory.database, beside: .nobody)
        let found = try spectator.connection.prepare(
            "SELECT revision, (SELECT epoch FROM epochs ORDER BY first_revision DESC LIMIT 1) FROM state"
        ).first { ImportBase(revision: $0.int(0), epoch: $0.int(1)) }
        try spectator.connection.close()
        guard let found else {
            throw StoreOpenError.damaged(place: directory.database, reason: "the row of `state` is missing")
        }
        // A database that was made and never opened has neither, and nothing to lose.
        self = found
    }
}
