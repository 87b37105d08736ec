import ChatCore
import Foundation

/// Makes a new, empty database.
enum DatabaseMaker {
    /// Under another name first, so that a crash leaves no half of one at its place.
    ///
    /// - Parameter path: where, in the directory; `nil`: the appliance's database.
    static func make(_ directory: DataDirectory, as path: String? = nil) throws {
        let path = path ?? directory.database
        let draft = path + ".new"
        try FileCall.remove(FileCall.family(of: draft))
        do {
            try FileCall.make(draft)
        } catch let error as StoreOpenError {
            // Named by its place, not by the draft's.
            guard case .inaccessible(_, let reason) = error else { throw error }
            throw StoreOpenError.inaccessible(place: path, reason: reason)
        }
        let connection = try Connection(path: draft, readonly: false)
        do {
            try connection.execute("BEGIN;\n" + DatabaseSchema.script)
            try MainFile.makeUnique(connection)
            try connection.execute("COMMIT")
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.close()
        } catch {
            FileCall.clearAway(FileCall.family(of: draft))
            throw error
        }
        try FileCall.rename(draft, path)
        try directory.synchronize()
    }
}
