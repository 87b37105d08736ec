/// Makes a consistent copy of the database while the appliance runs.
public protocol BackupSource: Sendable {
    /// Makes a copy that holds everything committed before the call.
    ///
    /// - Parameter withKeys: `false` leaves the signing keys out.
    /// - Returns: the path of a file that the caller removes.
    func makeBackup(withKeys: Bool) async throws -> String
}
