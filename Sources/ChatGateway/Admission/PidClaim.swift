import ByteText

/// The right to a `pid`, by which a client comes back. CONTRACT section 3, "Recovery".
///
/// A `pid` is one client's, and whoever shows its proof is that client: the newest who does has it.
///
/// 1. Whoever has it is closed first. Mostly that is the client's own old connection, of which the server does not know
///    yet that it is dead, and nobody hears it go.
/// 2. Of two on their way at once the later claim holds, whichever becomes a session first.
/// 3. Who has to go is told `session:ended {replaced}`, and with it to stay away. So two live clients of one `pid` (a
///    page that was duplicated with its memory) do not throw each other out without end.
struct PidClaim: Sendable {
    let pid: ByteString
    /// The greater is the newer; 0 is that of a `pid` that was just given out.
    let number: UInt64

    /// Whether it holds beside others of the same `pid`.
    func outranks(_ others: [PidClaim]) -> Bool { others.allSatisfy { $0.number < number } }
}
