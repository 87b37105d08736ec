import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Makes a Unix socket that listens.
///
/// 1. What is at the path and is no socket is left there, and named: it is somebody's file.
/// 2. A socket that somebody serves is in use; one that nobody serves is what a crash left, and is removed. Only a
///    refused connection says so: a server that is too busy to take one refuses none.
/// 3. The mode is right from the first moment on: the descriptor has it before the file is made of it (Linux, unix(7):
///    less the process's mask), and the file gets what the mask took before anybody is listened to.
enum UnixListener {
    /// - Returns: the descriptor, which listens.
    /// - Throws: ``SocketServerError``.
    static func open(
        at path: String, mode: UInt32, backlog: Int32
    ) throws(SocketServerError) -> NIOBSDSocket.Handle {
        var address = try address(path)
        try clear(path, &address)
        let descriptor = try descriptor(for: path)
        do throws(SocketServerError) {
            guard fchmod(descriptor, mode_t(mode)) == 0 else { throw failure(path) }
            guard withSocketAddress(&address, { bind(descriptor, $0, $1) }) == 0 else {
                throw errno == EADDRINUSE ? .addressInUse("unix:\(path)") : failure(path)
            }
            guard chmod(path, mode_t(mode)) == 0, listen(descriptor, backlog) == 0 else {
                let fault = failure(path)
                unlink(path)
                throw fault
            }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Makes room for the socket.
    private static func clear(_ path: String, _ address: inout sockaddr_un) throws(SocketServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure(path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw .cannotListen("unix:\(path)", reason: "what is there is no socket; it was left as it is")
        }
        let probe = try descriptor(for: path)
        defer { close(probe) }
        if withSocketAddress(&address, { connect(probe, $0, $1) }) == 0 { throw .addressInUse("unix:\(path)") }
        switch errno {
        case ECONNREFUSED: break
        case ENOENT: return
        case EAGAIN, EINPROGRESS: throw .addressInUse("unix:\(path)")
        default: throw failure(path)
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
    }

    private static func address(_ path: String) throws(SocketServerError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard bytes.count <= room else {
            throw .cannotListen("unix:\(path)", reason: "the path of a socket has at most \(room) bytes")
        }
        guard !bytes.contains(0) else { throw .cannotListen("unix:\(path)", reason: "a path holds no NUL") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func descriptor(for path: String) throws(SocketServerError) -> Int32 {
        #if os(Linux)
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        #else
        let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw failure(path) }
        return descriptor
    }

    private static func withSocketAddress(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func failure(_ path: String) -> SocketServerError {
        .cannotListen("unix:\(path)", reason: String(cString: strerror(errno)))
    }
}
