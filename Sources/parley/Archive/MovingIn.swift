import ChatCore
import ChatImport
import Foundation

/// `parley import --from`: an export of another program, into a stopped appliance or a new one.
struct MovingIn {
    let format: ForeignFormat
    /// Of the export.
    let path: String
    /// Nothing stays of it: the export goes into a copy, so that what is told is what an import would tell.
    let isDryRun: Bool
    /// Nothing is imported when something does not fit.
    let isStrict: Bool

    /// - Throws: ``Failure``; ``StoreOpenError``.
    func run(into engine: StoreEngine) throws {
        let source = try open()
        guard isDryRun else { return try run(source, into: engine.maintenance) }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("parley-dry-run-\(UUID().uuidString)")
            .path
        guard mkdir(place, 0o700) == 0 else {
            throw Failure(.cannotCreate, "\(place) cannot be made: \(ErrorText.system(errno))")
        }
        let copy = StoreEngine.sqlite(directory: place)
        copy.maintenance.files.forEach(Drafts.add)
        defer {
            copy.maintenance.files.forEach { Drafts.remove($0) }
            // What is left of a temporary directory is the system's to remove.
            try? FileManager.default.removeItem(atPath: place)
        }
        if engine.exists {
            try engine.maintenance.backup(to: copy.maintenance.place, withoutSettings: [], progress: { _ in })
        }
        try run(source, into: copy.maintenance)
    }

    private func open() throws -> any ForeignSource {
        do {
            return try ForeignSources.open(path)
        } catch {
            throw Failure(access(path, R_OK) == 0 ? .badData : .failure, "\(path): \(error)")
        }
    }

    private func run(_ source: any ForeignSource, into store: any StoreMaintenance) throws {
        let (reading, writing) = (ProgressBar("reading"), ProgressBar("importing"))
        defer { reading.clear() }
        store.clearUp()
        var hasLoss = false
        let foreign = ForeignImport(format, from: source, withBytes: !isDryRun) { note in
            if note.kind == .leftOut { hasLoss = true }
            reading.clear()
            StandardError.write(Failure.line("\(path): \(note.place): \(note.kind.rawValue): \(note.reason)") + "\n")
        }
        let target = try store.beginImport(anew: true, sorting: foreign.sorting { writing.show($0) })
        let kept: String?
        let summary: ForeignSummary
        do {
            summary = try foreign.run(into: target) { reading.show($0) }
            if isStrict, hasLoss {
                throw Failure(.badData, "\(path) has what does not fit, and --strict was given: nothing was imported")
            }
            if isDryRun {
                target.discard()
                kept = nil
            } else {
                kept = try target.finish()
            }
        } catch let error as ForeignSourceError {
            target.discard()
            throw Failure(.badData, "\(path): \(error)")
        } catch let error as ArchiveError {
            target.discard()
            throw Failure(.badData, "\(path): \(error.code.rawValue): \(error.message)")
        } catch {
            target.discard()
            throw error
        }
        reading.clear()
        try tell(summary, store)
        if let kept { try StandardOutput.line("the old one is \(kept)") }
    }

    private func tell(_ summary: ForeignSummary, _ store: any StoreMaintenance) throws {
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.utf8.count)) + text
        }
        try StandardOutput.line("             taken  there already  left out")
        for subject in ForeignSubject.allCases {
            let numbers = [summary.taken, summary.there, summary.leftOut].map { String($0[subject, default: 0]) }
            let name = subject.rawValue + String(repeating: " ", count: max(0, 9 - subject.rawValue.utf8.count))
            let taken = subject == .others ? "" : numbers[0]
            try StandardOutput.line(name + cell(taken, 9) + cell(numbers[1], 15) + cell(numbers[2], 10))
        }
        var counts = ArchiveCounts()
        counts.users = summary.taken[.users, default: 0]
        counts.chats = summary.taken[.chats, default: 0]
        counts.messages = summary.taken[.messages, default: 0]
        counts.files = summary.taken[.files, default: 0]
        counts.members = summary.taken[.members, default: 0]
        try StandardOutput.line(
            isDryRun
                ? "would import \(counts.summary); nothing was written"
                : "imported \(counts.summary) into \(store.place)")
    }
}
