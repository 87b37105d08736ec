import HTTPTypes

/// One call of the admin endpoint, declared once: by this the desk finds it and refuses what it does not know, and of
/// this the description (`/openapi.json`) is made. CONTRACT section 2.
///
/// To add a field is to add its line here; to add a call is to declare it, to list it in ``all`` and to write what it
/// does in `AdminSite`.
struct AdminCall: Sendable {
    /// What it answers when all is well.
    enum Answer: Sendable {
        /// 204.
        case done(String = "Done")
        /// An object of `components.schemas`.
        case object(String, of: String, status: Int = 200)
        /// `{items, next}`.
        case page(of: String)
        /// Of another media type.
        case content(String, type: String, isBinary: Bool = false)
        /// `{"status": …}`.
        case state(String, String)
    }

    let method: HTTPRequest.Method
    let path: String
    let summary: String
    let details: String?
    let query: [AdminField]
    /// Of the body, a JSON object.
    let fields: [AdminField]
    let answers: [Answer]
    /// Statuses besides those that every call has.
    let refusals: [Int]
    /// Needs no key.
    let isOpen: Bool

    private init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ details: String?, query: [AdminField],
        fields: [AdminField], answers: [Answer], refusals: [Int], isOpen: Bool
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.details = details
        self.query = query
        self.fields = fields
        self.answers = answers
        self.refusals = refusals
        self.isOpen = isOpen
    }

    /// - Parameters:
    ///   - query: the parameters it knows.
    ///   - fields: those of its body.
    ///   - answers: what it answers when all is well.
    ///   - refusals: statuses besides 400, 401, 429 and, of a call with a body, 413 and 415.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, details: String? = nil,
        query: [AdminField] = [], fields: [AdminField] = [], answers: Answer..., refusals: [Int] = []
    ) {
        self.init(
            method, path, summary, details, query: query, fields: fields, answers: answers, refusals: refusals,
            isOpen: false)
    }

    /// One that needs no key, and looks at nothing that it is sent.
    static func open(_ path: String, _ summary: String, answers: Answer..., refusals: [Int] = []) -> AdminCall {
        AdminCall(
            .get, path, summary, nil, query: [], fields: [], answers: answers, refusals: refusals, isOpen: true)
    }

    /// Whether it may bring a body.
    var takesBody: Bool { [.post, .put, .patch].contains(method) }

    /// The names of the free parts of its path.
    var pathNames: [String] {
        path.split(separator: "/").filter { $0.utf8.first == UInt8(ascii: "{") }
            .map { String($0.dropFirst().dropLast()) }
    }

    /// Every call there is.
    static let all = users + tokens + chats + members + messages + operations + open
}
