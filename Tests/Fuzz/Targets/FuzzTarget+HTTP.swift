import ByteText
import ChatCore

@testable import ChatHTTP

extension FuzzTarget {
    /// A form: two bytes say how long the boundary is and how the body is cut.
    static let multipart = FuzzTarget("multipart", longest: 400) { bytes in
        var input = FuzzInput(bytes)
        let length = 1 + Int(input.byte() % 8)
        let cut = [input.byte() % 16]
        let boundary = String(decoding: input.take(length), as: UTF8.self)
        let whole = MultipartRun(of: [input.rest], boundary: boundary)
        for parts in [input.rest.cut(cut)] + (input.rest.count <= 100 ? [input.rest.cut([1])] : []) {
            let run = MultipartRun(of: parts, boundary: boundary)
            try require(run.fault == whole.fault, "cut: \(run), whole: \(whole)")
            // What was told before a fault depends on how the bytes came; the request is refused as a whole.
            try require(whole.fault != nil || run.steps == whole.steps, "cut: \(run), whole: \(whole)")
        }
    }

    /// Values of headers that name files and types, and ranges.
    static let headers = FuzzTarget("headers", longest: 256) { bytes in
        var input = FuzzInput(bytes)
        let size = Int64(input.byte()) << Int64(input.byte() % 48)
        let text = input.text
        let header = HeaderParameters(ByteString(text))
        for (_, value) in header.parameters {
            _ = HeaderParameters.extended(value)
            _ = FileNameText.decoded(value)
        }
        let type = MediaTypes.declared(text)
        try require(MediaTypes.service(of: type).type == type, "\(type) is given out as something else")
        try require(type.utf8.count <= 127 && type.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "type \(type)")
        let name = FileNames.cleaned(text)
        try require((1...FileNames.limit).contains(name.utf8.count), "a name of \(name.utf8.count) bytes")
        try require(!name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 }, "name \(name)")
        try require(FileNames.cleaned(name) == name, "\(name) is cleaned once more")
        let disposition = ContentDisposition.header(inline: false, name: name)
        try require(disposition.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "header \(disposition)")
        if case .part(let range) = ByteRange(ByteString(text), size: size) {
            try require(range.lowerBound >= 0 && range.upperBound <= size && !range.isEmpty, "\(range) of \(size)")
        }
    }

    /// The first bytes of a file, as they come.
    static let image = FuzzTarget("image", longest: 600) { bytes in
        var input = FuzzInput(bytes)
        let cut = Array(input.take(2))
        func probe(_ parts: [UnsafeRawBufferPointer]) -> FileTraits {
            var probe = FileProbe()
            for part in parts { probe.take(part) }
            return probe.finish()
        }
        let whole = probe([input.rest])
        let inParts = probe(input.rest.cut(cut))
        try require(inParts == whole, "cut: \(inParts), whole: \(whole)")
        if let width = whole.width { try require(width > 0 && width <= Int32.max, "a width of \(width)") }
    }

    /// A picture whose location is taken out while it comes in: of the same length and kind, and nothing is left to
    /// take out.
    static let location = FuzzTarget("location", longest: 600) { bytes in
        var input = FuzzInput(bytes)
        let cut = Array(input.take(2))
        func erase(_ parts: [[UInt8]]) -> [UInt8] {
            var eraser = LocationEraser()
            return parts.flatMap { eraser.take($0) } + eraser.finish()
        }
        let picture = Array(input.rest)
        let whole = erase([picture])
        try require(whole.count == picture.count, "\(picture.count) bytes became \(whole.count)")
        try require(erase(input.rest.cut(cut).map { Array($0) }) == whole, "cut it is another")
        try require(erase([whole]) == whole, "something was left")
        func traits(_ bytes: [UInt8]) -> FileTraits {
            var probe = FileProbe()
            probe.take(bytes)
            return probe.finish()
        }
        try require(traits(whole) == traits(picture), "it is another picture")
    }
}

/// What a form is read as: its parts, each with its bytes put together.
struct MultipartRun {
    private(set) var steps: [String] = []
    private(set) var fault: String?

    init(of parts: [UnsafeRawBufferPointer], boundary: String) {
        var reader = MultipartReader(boundary: boundary)
        var data: [UInt8] = []
        do {
            for part in parts {
                for event in try reader.read(part) {
                    if case .data(let bytes) = event {
                        data += bytes
                        continue
                    }
                    steps.append("\(data) \(event)")
                    data = []
                }
            }
        } catch {
            fault = "\(error)"
            return
        }
        steps.append(reader.isDone ? "done" : "\(data)")
    }
}
