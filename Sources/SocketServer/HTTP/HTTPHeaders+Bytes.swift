public import ByteText
public import NIOHTTP1

extension HTTPHeaders {
    /// The value of the first header of that name; a name is compared by its bytes, whatever the case.
    public func text(of name: String) -> ByteString? { first(name: name).map { ByteString($0) } }
}
