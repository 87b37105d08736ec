import ArgumentParser

/// Which part of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: "At most so many (1-200; default: 50)")
    var limit: Int?

    @Option(help: ArgumentHelp("Go on after a page", valueName: "NEXT"))
    var after: String?

    /// A path with these in its query.
    func path(_ path: String, _ query: [(String, String?)] = []) -> String {
        let all = query + [("limit", limit.map { String($0) }), ("after", after)]
        let parts = all.compactMap { name, value in value.map { "\(name)=\(AdminCall.encoded($0))" } }
        return parts.isEmpty ? path : path + "?" + parts.joined(separator: "&")
    }
}
