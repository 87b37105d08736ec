/// The first bytes of a file, read as the header of one of five image formats.
///
/// Every read is checked against what is there: a read past it is "not known yet", never a trap.
struct ImageHeader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    var verdict: ImageVerdict {
        let verdicts = [png, gif, webP, jpeg, avif]
        if let known = verdicts.first(where: { $0 != .noImage && $0 != .undecided }) { return known }
        return verdicts.contains(.undecided) ? .undecided : .noImage
    }

    /// Whether the bytes at `offset` are `text`; `nil`: they have not all come, and those that have are.
    func has(_ text: String, at offset: Int) -> Bool? { has(Array(text.utf8), at: offset) }

    func has(_ wanted: [UInt8], at offset: Int) -> Bool? {
        guard offset <= count else { return nil }
        for (index, byte) in wanted.enumerated() {
            guard let present = self[offset + index] else { return nil }
            if present != byte { return false }
        }
        return true
    }

    subscript(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

    /// A number of up to 8 bytes, the most significant first; `nil` when it has not come or does not fit.
    func big(_ offset: Int, _ length: Int) -> Int? {
        guard offset <= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<length {
            guard let byte = self[offset + index] else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return Int(exactly: value)
    }

    /// The same, the least significant byte first.
    func little(_ offset: Int, _ length: Int) -> Int? {
        guard offset <= count else { return nil }
        var value: UInt64 = 0
        for index in (0..<length).reversed() {
            guard let byte = self[offset + index] else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return Int(exactly: value)
    }
}

extension ImageHeader {
    /// PNG (RFC 2083): a signature, then the chunk IHDR.
    private var png: ImageVerdict {
        switch has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
        case false?: return .noImage
        case nil: return .undecided
        case true?: break
        }
        switch has("IHDR", at: 12) {
        case false?: return .noImage
        case nil: return .sizeAhead("image/png")
        case true?: break
        }
        guard let width = big(16, 4), let height = big(20, 4) else { return .sizeAhead("image/png") }
        return .image("image/png", ImageVerdict.Size(width, height))
    }

    /// GIF 87a and 89a: a signature, then the logical screen.
    private var gif: ImageVerdict {
        let kinds = [has("GIF87a", at: 0), has("GIF89a", at: 0)]
        guard kinds.contains(true) else { return kinds.contains(nil) ? .undecided : .noImage }
        guard let width = little(6, 2), let height = little(8, 2) else { return .sizeAhead("image/gif") }
        return .image("image/gif", ImageVerdict.Size(width, height))
    }

    /// WebP (RFC 9649): a RIFF file whose first chunk is VP8, VP8L or VP8X.
    private var webP: ImageVerdict {
        let type = "image/webp"
        let marks = [has("RIFF", at: 0), has("WEBP", at: 8)]
        if marks.contains(false) { return .noImage }
        if marks.contains(nil) { return .undecided }
        var size: (width: Int, height: Int)?
        if has("VP8 ", at: 12) == true {
            guard let start = has([0x9D, 0x01, 0x2A], at: 23) else { return .sizeAhead(type) }
            guard start else { return .image(type, nil) }
            if let width = little(26, 2), let height = little(28, 2) { size = (width & 0x3FFF, height & 0x3FFF) }
        } else if has("VP8L", at: 12) == true {
            if let bits = little(21, 4) { size = (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1) }
        } else if has("VP8X", at: 12) == true {
            if let width = little(24, 3), let height = little(27, 3) { size = (width + 1, height + 1) }
        } else {
            return count < 16 ? .sizeAhead(type) : .noImage
        }
        guard let size else { return .sizeAhead(type) }
        return .image(type, ImageVerdict.Size(size.width, size.height))
    }

    /// JPEG (ITU T.81): segments up to the frame header, whose marker is one of SOF0 to SOF15.
    private var jpeg: ImageVerdict {
        let type = "image/jpeg"
        switch has([0xFF, 0xD8, 0xFF], at: 0) {
        case false?: return .noImage
        case nil: return .undecided
        case true?: break
        }
        var place = 2
        while true {
            guard let start = self[place], let marker = self[place + 1] else { return .sizeAhead(type) }
            guard start == 0xFF else { return .image(type, nil) }
            switch marker {
            case 0xFF:
                place += 1
            case 0x01, 0xD0...0xD8:
                place += 2
            case 0x00, 0xD9, 0xDA:
                return .image(type, nil)
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = big(place + 5, 2), let width = big(place + 7, 2) else { return .sizeAhead(type) }
                return .image(type, ImageVerdict.Size(width, height))
            default:
                guard let length = big(place + 2, 2) else { return .sizeAhead(type) }
                guard length >= 2 else { return .image(type, nil) }
                place += 2 + length
            }
        }
    }
}
