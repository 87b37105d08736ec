import NIOCore
import NIOHTTP1

extension HTTPServerRequestPart {
    /// About what it takes to keep it: its bytes, and what is around them.
    var keptBytes: Int {
        switch self {
        case .head(let head):
            head.headers.reduce(256 + head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        case .body(let bytes): bytes.readableBytes + 64
        case .end: 64
        }
    }

    var isEnd: Bool {
        if case .end = self { true } else { false }
    }
}
