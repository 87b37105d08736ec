import ByteText
import ChatCore
import Foundation

/// An unpacked export. Links are not followed: an export must not make an import read anything else of this machine.
final class FolderSource: ForeignSource {
    /// Folders in folders; no export has more than a few.
    private static let deepest = 16

    let entries: [ForeignEntry]
    let refused: [ForeignRefusal]
    private let path: String

    init(_ path: String) throws(ForeignSourceError) {
        var entries: [ForeignEntry] = []
        var refused: [ForeignRefusal] = []
        var folders: [(path: String, depth: Int)] = [("", 0)]
        while let (folder, depth) = folders.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)
            } catch {
                guard depth > 0 else { throw ForeignSourceError("it cannot be read") }
                refused.append(ForeignRefusal(path: ByteString(folder), reason: "It cannot be read."))
                continue
            }
            for name in names {
                let place = folder.isEmpty ? name : folder + "/" + name
                var status = stat()
                guard lstat(path + "/" + place, &status) == 0 else {
                    refused.append(ForeignRefusal(path: ByteString(place), reason: "It cannot be read."))
                    continue
                }
                switch status.st_mode & S_IFMT {
                case S_IFREG: entries.append(ForeignEntry(path: ByteString(place), size: Int64(status.st_size)))
                case S_IFDIR where depth < Self.deepest: folders.append((place, depth + 1))
                case S_IFDIR: refused.append(ForeignRefusal(path: ByteString(place), reason: "It lies too deep."))
                default:
                    refused.append(
                        ForeignRefusal(path: ByteString(place), reason: "It is a link or no regular file."))
                }
            }
        }
        self.path = path
        self.entries = entries.sorted { $0.path < $1.path }
        self.refused = refused.sorted { $0.path < $1.path }
    }

    func open(_ index: Int) throws(ArchiveError) -> any ForeignBytes {
        do {
            return OpenFileBytes(try OpenFile(path + "/" + entries[index].path.string, followsLinks: false))
        } catch {
            throw ArchiveError(.notFound, "It cannot be read: \(error).")
        }
    }
}

@available(*, unavailable)
extension FolderSource: Sendable {}
