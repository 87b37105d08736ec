import ChatCore

/// How a ``SQLiteChatStore`` is opened.
public struct SQLiteStoreOptions: Sendable {
    public var durability: StoreDurability
    /// Threads that read, each with a connection; 1–16.
    public var readers: Int
    /// Commands that may wait for the writer; past it they are refused with `unavailable`. 20,000.
    public var mailboxCapacity: Int
    /// Commands of one transaction at most: bounds how long others wait for it. 2,000.
    public var batchLimit: Int
    /// Reads that may wait; past it they are refused with `unavailable`. 20,000.
    public var readCapacity: Int
    /// Bytes of the write-ahead log at which it is carried into the file though others hold the file open. 1 GiB.
    public var walLimit: Int64
    /// The time now; other clocks are for tests.
    public var clock: @Sendable () -> Timestamp
    /// Called once, on the writer's thread, when the file is not at its place any more; nothing is stored after that,
    /// and the store is to be closed.
    public var whenLost: @Sendable (StoreOpenError) -> Void = { _ in }
    /// Frames of the log that are carried at once when it is long: 16 MiB; others are for tests.
    var logPart = 4096
    /// How an older file is taken to the newest schema; others are for tests.
    var migrations = MigrationChain.current

    public init(
        durability: StoreDurability = .full, readers: Int = 2, mailboxCapacity: Int = 20_000, batchLimit: Int = 2_000,
        readCapacity: Int = 20_000, walLimit: Int64 = 1 << 30,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.durability = durability
        self.readers = readers
        self.mailboxCapacity = mailboxCapacity
        self.batchLimit = batchLimit
        self.readCapacity = readCapacity
        self.walLimit = walLimit
        self.clock = clock
    }
}
