/// What browsers play besides MP4: Ogg, WebM, WAV and MP3.
extension FileHeader {
    /// Ogg (RFC 3533): the first page has the first bytes of the first stream, which name its codec.
    var ogg: FileVerdict {
        switch has("OggS", at: 0) {
        case false?: return .unknown
        case nil: return .undecided
        case true?: break
        }
        guard let segments = self[26] else { return .undecided }
        let start = 27 + Int(segments)
        let codecs: [(mark: [UInt8], type: String)] = [
            ([0x01] + Array("vorbis".utf8), "audio/ogg"), (Array("OpusHead".utf8), "audio/ogg"),
            (Array("Speex   ".utf8), "audio/ogg"), ([0x7F] + Array("FLAC".utf8), "audio/ogg"),
            ([0x80] + Array("theora".utf8), "video/ogg"), (Array("fishead".utf8), "video/ogg"),
        ]
        let found = codecs.map { (has: has($0.mark, at: start), type: $0.type) }
        if let codec = found.first(where: { $0.has == true }) { return .told(FileTraits(mimeType: codec.type)) }
        return found.contains { $0.has == nil } ? .undecided : .unknown
    }

    /// WebM: EBML (RFC 8794) whose header says so in its DocType; Matroska says otherwise.
    var webM: FileVerdict {
        switch has([0x1A, 0x45, 0xDF, 0xA3], at: 0) {
        case false?: return .unknown
        case nil: return .undecided
        case true?: break
        }
        guard let header = variable(at: 4) else { return .undecided }
        var place = header.end
        let (end, overflow) = place.addingReportingOverflow(header.value)
        guard !overflow, header.value <= 4096 else { return .unknown }
        while place < end {
            guard let first = self[place] else { return .undecided }
            // The length of an id is that of its leading zeros, as that of a size, and belongs to it.
            let idLength = first.leadingZeroBitCount + 1
            guard idLength <= 4 else { return .unknown }
            guard let id = big(place, idLength), let size = variable(at: place + idLength) else { return .undecided }
            guard size.value <= 4096 else { return .unknown }
            if id == 0x4282 {
                guard size.value >= 4 else { return .unknown }
                guard let isWebM = has("webm", at: size.end) else { return .undecided }
                return isWebM ? .told(FileTraits(mimeType: "video/webm")) : .unknown
            }
            place = size.end + size.value
        }
        return .unknown
    }

    /// A number of EBML: as many bytes as the first has leading zeros, and one. What is too long is `Int.max`.
    private func variable(at place: Int) -> (value: Int, end: Int)? {
        guard let first = self[place] else { return nil }
        let length = first.leadingZeroBitCount + 1
        guard length <= 8 else { return (.max, place + 1) }
        guard let whole = big(place, length) else { return nil }
        return (whole & (1 << (7 * length) - 1), place + length)
    }

    /// WAV: a RIFF file of the kind WAVE.
    var wave: FileVerdict {
        let marks = [has("RIFF", at: 0), has("WAVE", at: 8)]
        if marks.contains(false) { return .unknown }
        return marks.contains(nil) ? .undecided : .told(FileTraits(mimeType: "audio/wav"))
    }

    /// MP3: a tag of ID3v2, or a frame of MPEG layer III and where it ends another, as alike as two are in one file.
    var mp3: FileVerdict {
        switch has("ID3", at: 0) {
        case true?:
            guard let version = self[3], let revision = self[4] else { return .undecided }
            return (2...4).contains(version) && revision != 0xFF
                ? .told(FileTraits(mimeType: "audio/mpeg")) : .unknown
        case nil where count < 3: return .undecided
        default: break
        }
        guard let first = big(0, 4) else { return has([0xFF], at: 0) == false ? .unknown : .undecided }
        guard let length = Self.frameLength(first) else { return .unknown }
        guard let second = big(length, 4) else { return .undecided }
        // Version, layer and sampling rate stay.
        let same = 0xFFFE_0C00
        guard Self.frameLength(second) != nil, first & same == second & same else { return .unknown }
        return .told(FileTraits(mimeType: "audio/mpeg"))
    }

    /// Bytes of the frame with this header (ISO/IEC 11172-3, 13818-3); `nil` for what is no header of layer III.
    private static func frameLength(_ header: Int) -> Int? {
        guard header >> 21 & 0x7FF == 0x7FF, header >> 17 & 3 == 1 else { return nil }
        let (version, rate, sampling) = (header >> 19 & 3, header >> 12 & 15, header >> 10 & 3)
        guard version != 1, (1...14).contains(rate), sampling != 3 else { return nil }
        let isFirst = version == 3
        let rates =
            isFirst
            ? [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
            : [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        let samples = [44_100, 48_000, 32_000][sampling] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        return (isFirst ? 144_000 : 72_000) * rates[rate - 1] / samples + (header >> 9 & 1)
    }
}
