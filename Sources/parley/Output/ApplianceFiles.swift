/// The files of a data directory that belong to the appliance alone: nothing that an operator writes may take their
/// places.
enum ApplianceFiles {
    static func all(in directory: String) -> [String] {
        ["parley.db", "parley.db-wal", "parley.db-shm", "parley.db-journal", "parley.lock", "admin.key"]
            .map { directory + "/" + $0 }
    }
}
