import ByteText
import ChatCore

/// One file, which is the whole export.
final class FileSource: ForeignSource {
    let entries: [ForeignEntry]
    let refused: [ForeignRefusal] = []
    private let file: OpenFile

    init(_ file: OpenFile, name: String) {
        self.file = file
        entries = [ForeignEntry(path: ByteString(name), size: file.size)]
    }

    func open(_ index: Int) throws(ArchiveError) -> any ForeignBytes { OpenFileBytes(file) }
}

@available(*, unavailable)
extension FileSource: Sendable {}
