import Foundation

/// The three descriptors that a program is started with.
enum StandardStreams {
    /// Fills those that were closed (`parley … 2>&-`), before anything is opened: the next file or socket would get
    /// that number, and the log would be written into the database or to a client.
    ///
    /// The root directory stands in for them, open for reading only: it is always there, and who reads or writes it
    /// gets the error that a closed descriptor gives.
    static func occupy() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one.
            _ = open("/", O_RDONLY | O_DIRECTORY)
        }
    }
}
