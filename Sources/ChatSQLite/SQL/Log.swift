import Logging

/// The store's loggers; below `info` for what happens all the time.
enum Log {
    static let store = Logger(label: "parley.store")
}
