import Testing

@testable import ChatSQLite

@Suite("The structure of the search index")
struct IndexStructureTests {
    /// Cookie, three counts, then (merging, segments, three numbers a segment) a level.
    private func structure(_ levels: [(merging: UInt8, segments: UInt8)]) -> IndexStructure? {
        var record: [UInt8] = [0, 0, 0, 7, UInt8(levels.count), 9, 0x81, 0x10]
        for (merging, segments) in levels {
            record += [merging, segments] + (0..<segments).flatMap { [$0, 1, 0x81, 0x05] }
        }
        return IndexStructure(record)
    }

    @Test("It says how many segments each level has, and whether the oldest are being merged")
    func levels() throws {
        let idle = try #require(structure([(0, 2), (0, 1)]))
        #expect(idle.levels == [.init(merging: 0, segments: 2), .init(merging: 0, segments: 1)])
        #expect(!idle.isOldestMerging)
        #expect(structure([(0, 0), (2, 2), (0, 1)])?.isOldestMerging == true)
        #expect(structure([(0, 3), (0, 0), (2, 2)])?.isOldestMerging == true)
        // Younger ones being merged do not matter to what was there before.
        #expect(structure([(2, 2), (0, 1), (0, 0), (0, 1)])?.isOldestMerging == false)
        #expect(structure([])?.isOldestMerging == false)
    }

    @Test("A record that breaks off or is of another form is none")
    func damaged() {
        #expect(IndexStructure([]) == nil)
        #expect(IndexStructure([0, 0, 0, 1, 2, 2]) == nil)
        #expect(IndexStructure([0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]) == nil)
        #expect(IndexStructure([0, 0, 0, 1, 1, 1, 0, 0, 3, 1, 1]) == nil)
    }

    @Test("Keys of users are the same after a row has carried them")
    func keys() {
        let keys: [Int64] = [1, 255, 256, 1 << 40, .max]
        #expect(KeyList.keys(KeyList.bytes(keys)) == keys)
        #expect(KeyList.keys([]) == [])
    }
}
