/// What events cost, in units of `--rate-limit-events`: one unit is about what a plain event costs the server, a tenth
/// of a millisecond. Each event's own price stands beside it (``ClientEvent/price(in:)``); these are what they are made
/// of.
///
/// A price is paid in three parts: a unit and its bytes when the event comes, the rest when it is carried out, and the
/// size of its answer when that is known.
enum Price {
    /// Bytes of an event a unit: to parse them.
    private static let bytesReceived = 4096
    /// Bytes of an answer a unit: to read, encode and send them.
    private static let bytesAnswered = 8192
    /// Sockets that are told, a unit.
    private static let listeners = 100
    /// Messages a unit, that are compared with what somebody looks for.
    private static let comparisons = 250
    /// Members a unit, of a chat that is made or of users that are looked up.
    private static let members = 20

    /// To take in an event of so many bytes.
    static func ofReceiving(_ bytes: Int) -> Int { 1 + bytes / bytesReceived }
    /// To answer with so many bytes, beyond what every answer costs.
    static func ofAnswering(_ bytes: Int) -> Int { bytes / bytesAnswered }
    /// To tell so many sockets.
    static func ofTelling(_ sockets: Int) -> Int { sockets / listeners }
    /// To look up or write so many users.
    static func ofUsers(_ count: Int) -> Int { count / members }
    /// To look for words in all that one may see, beyond the messages that are looked at.
    static let ofSearching = 3
    /// To have compared so many messages with a query: known when it is done, and owed then.
    static func ofComparing(_ messages: Int) -> Int { messages / comparisons }
    /// To look through all of one's chats.
    static let ofEveryChat = 3
    /// To check a signature.
    static let ofToken = 3
}
