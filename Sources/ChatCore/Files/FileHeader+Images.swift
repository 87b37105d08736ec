/// PNG, GIF, WebP and JPEG: their types, and the size that browsers show. What those turn is turned: JPEGs by the
/// first EXIF before the scan, PNGs by an eXIf before the pixels; the EXIF of a WebP turns nothing.
extension FileHeader {
    /// PNG (W3C PNG 3rd edition): a signature, the chunk IHDR, then others, the pixels in IDAT.
    var png: FileVerdict {
        let type = "image/png"
        switch has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
        case false?: return .unknown
        case nil: return .undecided
        case true?: break
        }
        switch has("IHDR", at: 12) {
        case false?: return .unknown
        case nil: return .ahead(FileTraits(mimeType: type))
        case true?: break
        }
        guard let width = big(16, 4), let height = big(20, 4) else { return .ahead(FileTraits(mimeType: type)) }
        var place = 33
        while let length = big(place, 4), let name = big(place + 4, 4), name != Self.name("IDAT") {
            let end = place + 8 + length
            if name == Self.name("eXIf") {
                guard end <= count else { break }
                let exif = Exif(bytes[(place + 8)..<end])
                return .told(FileTraits(type, (width, height), turned: exif?.isTurned == true))
            }
            place = end + 4
        }
        let traits = FileTraits(type, (width, height))
        return big(place + 4, 4) == Self.name("IDAT") ? .told(traits) : .ahead(traits)
    }

    /// GIF 87a and 89a: a signature, then the logical screen.
    var gif: FileVerdict {
        let kinds = [has("GIF87a", at: 0), has("GIF89a", at: 0)]
        guard kinds.contains(true) else { return kinds.contains(nil) ? .undecided : .unknown }
        guard let width = little(6, 2), let height = little(8, 2) else {
            return .ahead(FileTraits(mimeType: "image/gif"))
        }
        return .told(FileTraits("image/gif", (width, height)))
    }

    /// WebP (RFC 9649): a RIFF file whose first chunk is VP8, VP8L or VP8X.
    var webP: FileVerdict {
        let type = "image/webp"
        let marks = [has("RIFF", at: 0), has("WEBP", at: 8)]
        if marks.contains(false) { return .unknown }
        if marks.contains(nil) { return .undecided }
        var size: (width: Int, height: Int)?
        if has("VP8 ", at: 12) == true {
            guard let start = has([0x9D, 0x01, 0x2A], at: 23) else { return .ahead(FileTraits(mimeType: type)) }
            guard start else { return .told(FileTraits(mimeType: type)) }
            if let width = little(26, 2), let height = little(28, 2) { size = (width & 0x3FFF, height & 0x3FFF) }
        } else if has("VP8L", at: 12) == true {
            if let bits = little(21, 4) { size = (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1) }
        } else if has("VP8X", at: 12) == true {
            if let width = little(24, 3), let height = little(27, 3) { size = (width + 1, height + 1) }
        } else {
            return count < 16 ? .ahead(FileTraits(mimeType: type)) : .unknown
        }
        return size == nil ? .ahead(FileTraits(mimeType: type)) : .told(FileTraits(type, size))
    }

    /// JPEG (ITU T.81): segments up to the scan. The frame header, whose marker is one of SOF0 to SOF15, has the size,
    /// the first APP1 with EXIF, before or behind it, says whether it is turned.
    var jpeg: FileVerdict {
        let type = "image/jpeg"
        switch has([0xFF, 0xD8, 0xFF], at: 0) {
        case false?: return .unknown
        case nil: return .undecided
        case true?: break
        }
        var place = 2
        var size: (width: Int, height: Int)?
        var exif: Exif?
        var traits: FileTraits { FileTraits(type, size, turned: exif?.isTurned == true) }
        while let start = self[place], let marker = self[place + 1] {
            guard start == 0xFF else { return .told(traits) }
            switch marker {
            case 0xFF:
                place += 1
                continue
            case 0x01, 0xD0...0xD8:
                place += 2
                continue
            case 0x00, 0xD9, 0xDA:
                return .told(traits)
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = big(place + 5, 2), let width = big(place + 7, 2) else { return .ahead(traits) }
                if size == nil { size = (width, height) }
            default: break
            }
            guard let length = big(place + 2, 2) else { break }
            guard length >= 2 else { return .told(traits) }
            let end = place + 2 + length
            let content = place + 4 + Exif.mark.count
            if marker == 0xE1, exif == nil, (content...).contains(end), end <= count,
                has(Exif.mark, at: place + 4) == true
            {
                exif = Exif(bytes[content..<end])
            }
            place = end
        }
        return .ahead(traits)
    }
}
