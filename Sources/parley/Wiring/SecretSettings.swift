/// The settings of the database that are secrets: what a backup without keys leaves out.
enum SecretSettings {
    static let names = [KeyKeeper.ringSetting, KeyKeeper.recoverySetting, KeyKeeper.filesSetting]
}
