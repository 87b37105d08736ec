import Testing

@testable import ChatSQLite

@Suite("Statements by the address of their constant")
struct StatementTableTests {
    @Test("Each is found by its own address, however many there are, and none by another")
    func many() throws {
        let connection = try Connection(path: ":memory:", readonly: false)
        let addresses = UnsafeMutablePointer<UInt8>.allocate(capacity: 4096)
        defer { addresses.deallocate() }
        var table = StatementTable()
        var added: [Int: PreparedStatement] = [:]
        for place in stride(from: 0, to: 4096, by: 7) {
            let statement = try connection.prepare("SELECT \(place)")
            table.add(statement, for: addresses + place)
            added[place] = statement
        }
        for place in 0..<4096 { #expect(table[addresses + place] === added[place]) }
        table.removeAll()
        #expect(table[UnsafePointer(addresses)] == nil)
    }
}
