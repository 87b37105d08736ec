import ChatCore
import ChatSQLite
import Foundation

extension FuzzTarget {
    /// `parley check` of a file that somebody changed: it says what it finds, and leaves the file as it is.
    static let check = FuzzTarget("check", isSlow: true) { bytes in
        let database = PatchedDatabase(bytes)
        let folder = try Folder.check.emptied()
        let path = folder + "/parley.db"
        try database.write(to: path)
        do {
            let findings = try DatabaseCheck.run(path)
            try require(database.isPristine == false || findings.isEmpty, "the sound file has \(findings)")
        } catch is StoreOpenError {
            try require(!database.isPristine, "the sound file is refused")
        }
        try require(FileManager.default.contents(atPath: path) == database.bytes, "the file was changed")
        let listing = try FileManager.default.contentsOfDirectory(atPath: folder)
        try require(listing == ["parley.db"], "beside the file lies \(listing)")
    }

    /// `parley serve` on such a file: it opens and serves what is sound, or refuses by name.
    static let serve = FuzzTarget("serve", isSlow: true) { bytes in
        let database = PatchedDatabase(bytes)
        let folder = try Folder.serve.emptied()
        try database.write(to: folder + "/parley.db")
        do {
            let store = try SQLiteChatStore(directory: folder, options: SQLiteStoreOptions(durability: .normal))
            try store.start(sink: Deaf())
            // What is damaged inside may fail any read and any write, by an error.
            store.read({ try $0.user(UserID("u1")) }, reply: { _ in })
            try? store.close()
        } catch is StoreOpenError {
            try require(!database.isPristine, "the sound file is refused")
        }
    }

    private struct Deaf: CommitSink {
        func didCommit(_ batch: CommittedBatch) {}
    }

    /// A directory of the process's own, in memory where there is such a place.
    private struct Folder {
        static let check = Folder("check")
        static let serve = Folder("serve")

        private let path: String

        private init(_ name: String) {
            let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
            path = "\(base)/parley-fuzz-\(getpid())-\(name)"
        }

        func emptied() throws -> String {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            return path
        }
    }
}

/// A sound database with a few rows of everything, changed as an input says: a byte (0: as it is, 255: the input is the
/// whole file, else by how much of 256 parts it is cut short), then patches: three bytes of where, one of how many, the
/// bytes.
struct PatchedDatabase {
    private(set) var bytes: Data
    let isPristine: Bool

    init(_ input: UnsafeRawBufferPointer) {
        var input = FuzzInput(input)
        bytes = Self.sound
        let cut = input.byte()
        isPristine = cut == 0 && input.rest.isEmpty
        if cut == 255 {
            bytes = Data(input.rest)
            return
        }
        bytes.removeLast(bytes.count * Int(cut) / 256)
        while !input.rest.isEmpty, !bytes.isEmpty {
            let place = (Int(input.byte()) << 16 | Int(input.byte()) << 8 | Int(input.byte())) % bytes.count
            let patch = input.take(Int(input.byte() % 16) + 1).prefix(bytes.count - place)
            bytes.replaceSubrange(place..<(place + patch.count), with: patch)
        }
    }

    func write(to path: String) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    /// Made once.
    private static let sound: Data = {
        do {
            return try SoundDatabase.make()
        } catch {
            preconditionFailure("no database can be made: \(error)")
        }
    }()
}
