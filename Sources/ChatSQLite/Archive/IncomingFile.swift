import ChatCore

/// A file of the archive whose bytes are being taken.
struct IncomingFile {
    let key: Int64
    /// Bytes that have not come.
    var left: Int64
    var nextChunk: Int64 = 0
    var probe: FileProbe
}
