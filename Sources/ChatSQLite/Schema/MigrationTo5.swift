/// Usernames are told apart without what is invisible in them, and an emoji with U+FE0F is the one without.
enum MigrationTo5 {
    static func run(_ connection: Connection) throws {
        try FormerSpellings.settleNames(connection)
        try FormerSpellings.settleReactions(connection)
    }
}
