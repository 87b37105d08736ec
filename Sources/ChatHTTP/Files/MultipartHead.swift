import ByteText

/// The heads of one part of a form, as far as they matter.
struct MultipartHead: Equatable {
    var name: ByteString?
    /// Set for a file, though it may be empty.
    var fileName: ByteString?
    var contentType: ByteString?

    init(name: ByteString? = nil, fileName: ByteString? = nil, contentType: ByteString? = nil) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }

    init(lines: [ByteString]) {
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].asciiTrimmed
            switch parts[0].asciiTrimmed.asciiLowercased {
            case "content-type": contentType = value
            case "content-disposition":
                let parameters = HeaderParameters(value).parameters
                name = parameters["name"]
                fileName =
                    parameters["filename*"].flatMap(HeaderParameters.extended)
                    ?? parameters["filename"].map(FileNameText.decoded)
            default: continue
            }
        }
    }
}
