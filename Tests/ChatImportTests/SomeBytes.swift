import ChatCore

@testable import ChatImport

/// Bytes that come in pieces of a size.
final class SomeBytes: ForeignBytes {
    private var rest: ArraySlice<UInt8>
    private let step: Int

    init(_ text: String, step: Int = 1 << 16) {
        rest = Array(text.utf8)[...]
        self.step = step
    }

    func next() throws(ArchiveError) -> [UInt8]? {
        let piece = Array(rest.prefix(step))
        rest = rest.dropFirst(step)
        return piece.isEmpty ? nil : piece
    }
}
