/// Fetches the keys of others from where they serve them, and gives them to the authority
/// (``TokenAuthority/install(fetched:)``).
public protocol OutsideKeySource: Sendable {
    /// A token names a key that is not known: it may have been made since. Calls back, from any thread, when keys were
    /// fetched anew or could not be; at once where it is too soon to ask again.
    func fetchForUnknownKey(_ done: @escaping @Sendable () -> Void)
}
