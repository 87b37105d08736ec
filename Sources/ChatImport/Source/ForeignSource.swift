public import ByteText
public import ChatCore

/// What an export of another program lies in: a folder, a zip, or one file.
public protocol ForeignSource: AnyObject {
    /// Regular files, sorted by path.
    var entries: [ForeignEntry] { get }
    /// What is in it and is not read: links, names that lead elsewhere, what is encrypted.
    var refused: [ForeignRefusal] { get }

    /// Begins to read an entry, by its place in ``entries``.
    ///
    /// - Throws: ``ArchiveError``.
    func open(_ index: Int) throws(ArchiveError) -> any ForeignBytes
}

/// A file of an export.
public struct ForeignEntry: Sendable, Hashable {
    /// Below the export's own folder, with `/` between parts, none of them empty, `.` or `..`.
    public var path: ByteString
    /// Bytes.
    public var size: Int64

    public init(path: ByteString, size: Int64) {
        self.path = path
        self.size = size
    }
}

/// Something in an export that is not read, and why.
public struct ForeignRefusal: Sendable {
    public var path: ByteString
    public var reason: String

    public init(path: ByteString, reason: String) {
        self.path = path
        self.reason = reason
    }
}

/// The bytes of an entry, from its beginning.
public protocol ForeignBytes: AnyObject {
    /// The next of them, some hundred KiB at most and never none; `nil` at the end.
    ///
    /// - Throws: ``ArchiveError`` for what cannot be read, is damaged or is longer than it says.
    func next() throws(ArchiveError) -> [UInt8]?
}

/// An export that cannot be read at all.
public struct ForeignSourceError: Error, Sendable, CustomStringConvertible {
    /// A clause for a person.
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Opens exports.
public enum ForeignSources {
    /// The folder, the zip (told by its first bytes) or the file at a path.
    ///
    /// - Throws: ``ForeignSourceError``.
    public static func open(_ path: String) throws(ForeignSourceError) -> any ForeignSource {
        let file: OpenFile
        do {
            file = try OpenFile(path, followsLinks: true)
        } catch .folder {
            return try FolderSource(path)
        } catch {
            throw ForeignSourceError("it cannot be read: \(error)")
        }
        guard try file.beginning(4) != Array("PK\u{3}\u{4}".utf8), try file.beginning(4) != Array("PK\u{5}\u{6}".utf8)
        else { return try ZipSource(file) }
        return FileSource(file, name: PathText.name(of: path))
    }
}
