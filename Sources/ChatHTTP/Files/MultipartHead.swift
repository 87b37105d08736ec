/// The heads of one part of a form, as far as they matter.
struct MultipartHead: Equatable {
    var name: String?
    /// Set for a file, though it may be empty.
    var fileName: String?
    var contentType: String?

    init(name: String? = nil, fileName: String? = nil, contentType: String? = nil) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }

    init(lines: [Substring]) {
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[line.index(after: colon)...]).trimmed
            switch String(line[..<colon]).trimmed.lowercased() {
            case "content-type": contentType = value
            case "content-disposition":
                let parameters = HeaderParameters(value).parameters
                name = parameters["name"]
                fileName = parameters["filename*"].flatMap(HeaderParameters.extended) ?? parameters["filename"]
            default: continue
            }
        }
    }
}
