import ChatCore

/// How the model's enumerations are numbered in the file (schema.sql).
extension Chat.Kind {
    var code: Int64 { self == .direct ? 1 : 0 }

    init(code: Int64) { self = code == 1 ? .direct : .group }
}

extension Member.Role {
    var code: Int64 {
        switch self {
        case .member: 0
        case .admin: 1
        case .owner: 2
        }
    }

    init(code: Int64) { self = code == 2 ? .owner : code == 1 ? .admin : .member }
}

extension Message.Kind {
    var code: Int64 {
        switch self {
        case .text: 0
        case .image: 1
        case .file: 2
        case .system: 3
        }
    }

    init(code: Int64) {
        self =
            switch code {
            case 0: .text
            case 1: .image
            case 2: .file
            default: .system
            }
    }
}
