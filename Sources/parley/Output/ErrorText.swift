import AsyncHTTPClient
import ChatCore
import Foundation
import NIOCore
import NIOPosix

/// Errors as a person reads them: a clause that goes after a colon, never a type's name or the dump of a structure.
enum ErrorText {
    /// What the operating system says of an error number, in English: the program never calls `setlocale`.
    static func system(_ code: Int32) -> String { String(cString: strerror(code)) }

    static func clause(_ error: any Error) -> String {
        switch error {
        case let error as ChatError: return error.message
        case let error as IOError: return system(error.errnoCode)
        case let error as NIOConnectionError: return connecting(error)
        case let error as ChannelError: return channel(error)
        case let error as HTTPClientError: return error.shortDescription
        case is CancellationError: return "it was cancelled"
        case let error as any CustomStringConvertible & Error where isOurs(error): return error.description
        default: break
        }
        // Every error is an NSError on the way out of Foundation, so this is asked last, for its own domains only.
        if let code = systemCode(error as NSError) { return system(code) }
        return "something unexpected (\(type(of: error)))"
    }

    /// Whether the description of an error was written for people: those of this project's own modules are.
    private static func isOurs(_ error: any Error) -> Bool {
        let module = String(reflecting: type(of: error)).prefix { $0 != "." }
        return [
            "parley", "ChatCore", "ChatSQLite", "ChatTokens", "ChatImport", "ChatGateway", "ChatHTTP", "SocketServer",
        ].contains { $0 == module }
    }

    private static func connecting(_ error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first { return clause(first.error) }
        if error.dnsAError != nil || error.dnsAAAAError != nil { return "\(error.host) cannot be found by that name" }
        return "it cannot be reached"
    }

    private static func channel(_ error: ChannelError) -> String {
        switch error {
        case .connectTimeout: "it does not answer in time"
        case .eof, .alreadyClosed, .ioOnClosedChannel, .inputClosed, .outputClosed: "the connection was closed"
        default: "the connection failed"
        }
    }

    /// The error number below an error of Foundation's.
    static func systemCode(_ error: NSError) -> Int32? {
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        if let below = error.userInfo[NSUnderlyingErrorKey] as? NSError { return systemCode(below) }
        guard error.domain == NSCocoaErrorDomain else { return nil }
        switch CocoaError.Code(rawValue: error.code) {
        case .fileNoSuchFile, .fileReadNoSuchFile: return ENOENT
        case .fileReadNoPermission, .fileWriteNoPermission: return EACCES
        case .fileWriteFileExists: return EEXIST
        case .fileWriteOutOfSpace: return ENOSPC
        case .fileWriteVolumeReadOnly: return EROFS
        case .fileReadTooLarge: return EFBIG
        case .fileReadInvalidFileName, .fileWriteInvalidFileName: return ENAMETOOLONG
        default: return nil
        }
    }
}
