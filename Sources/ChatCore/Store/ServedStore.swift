/// A store as the appliance serves it: beside the chats, what its operator wants to know and to have of it.
public protocol ServedStore: ChatStore {
    /// ``ChatStore/close()``, in time.
    ///
    /// - Parameter deadline: until when it may wait for what it can do without.
    func close(by deadline: StopDeadline) throws

    /// Why nothing is stored at the moment; `nil`: all is well.
    var trouble: StoreTrouble? { get }

    /// What `/metrics` tells of its work.
    var figures: [StoreFigure] { get }

    /// A backup of everything as it is when the call begins; sends and reads go on. Blocks; not for an event loop.
    ///
    /// - Parameters:
    ///   - withoutSettings: keys of settings to leave out (secrets).
    ///   - step: called now and then; what it throws breaks the copy off.
    /// - Returns: the path of a new file, which is the caller's to remove; one that is left goes at the next start.
    /// - Throws: ``StoreOpenError``, and what `step` throws.
    func copy(withoutSettings names: [String], step: @escaping () throws -> Void) throws -> String
}

/// One figure of a store's work.
public struct StoreFigure: Sendable, Hashable {
    public enum Kind: Sendable {
        /// Grows from 0 since the start.
        case counter
        case gauge
    }

    /// As `/metrics` has it, without its prefix: `commits_total`.
    public var name: String
    public var kind: Kind
    /// One sentence.
    public var help: String
    public var value: Double

    public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.name = name
        self.kind = kind
        self.help = help
        self.value = value
    }
}
