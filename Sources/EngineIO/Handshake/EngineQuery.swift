// What users of a handshake read.
@_exported public import ByteText

/// The query of a handshake.
public typealias EngineQuery = FormQuery
