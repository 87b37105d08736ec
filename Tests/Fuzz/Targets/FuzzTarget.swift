/// One decoder of bytes from outside, with what must hold whatever the bytes are.
///
/// That it neither traps, nor reads past its input, nor runs for ever, the machinery sees by itself; what else must
/// hold (the same whether cut or whole, the same after writing and reading again) a target says by throwing.
struct FuzzTarget: Sendable {
    /// A promise that an input broke.
    struct Broken: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    /// Also the name of its folder in `Corpus`.
    let name: String
    /// Bytes of an input at most: what is longer only repeats.
    let longest: Int
    /// Files and threads are at work: a thousand times slower than the others.
    let isSlow: Bool
    /// - Throws: ``Broken``.
    let run: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(
        _ name: String, longest: Int = 512, isSlow: Bool = false,
        _ run: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.name = name
        self.longest = longest
        self.isSlow = isSlow
        self.run = run
    }

    static let all: [FuzzTarget] = [
        .webSocket, .enginePayload, .socketPackets, .cluster, .json, .jsonDifferential, .adminJSON, .tokenJSON,
        .token, .handshake, .query, .multipart, .headers, .image, .location, .archive, .movingIn, .settings, .texts,
        .events, .check, .serve,
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// - Throws: ``FuzzTarget/Broken`` when `holds` is false.
func require(_ holds: Bool, _ promise: @autoclosure () -> String) throws {
    if !holds { throw FuzzTarget.Broken(promise()) }
}
