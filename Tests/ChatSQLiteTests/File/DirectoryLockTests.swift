import Foundation
import Testing

@testable import ChatSQLite

@Suite("The lock of a directory")
struct DirectoryLockTests {
    @Test("Only a server that has the database open is one to read beside, not whoever has to be alone there")
    func served() throws {
        let temporary = try TemporaryDirectory()
        let store = try SQLiteChatStore(directory: temporary.path)
        let database = temporary.path + "/parley.db"
        #expect(DirectoryLock.isServed(database))
        try store.close()
        #expect(!DirectoryLock.isServed(database))
        let directory = try DataDirectory(existing: temporary.path)
        let lock = try DirectoryLock(directory)
        #expect(!DirectoryLock.isServed(database))
        withExtendedLifetime(lock) {}
    }
}
