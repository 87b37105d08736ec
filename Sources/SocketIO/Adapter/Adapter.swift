/// Joins the namespaces of several processes. Without one, a namespace is that of its process alone, and pays nothing.
///
/// All that a namespace does to more sockets than one goes through it: broadcasts, batches, room changes, disconnects
/// (``ClusterMessage``). It has two duties:
///
/// 1. To have it done to this process's sockets: it calls `deliver`, once, on whichever thread. An adapter does so at
///    once, or when the bus has given the message its place among those of others: then all processes hear all in one
///    order.
/// 2. To have it done elsewhere: it takes ``ClusterMessage/encoded()`` there and gives it to
///    ``Namespace/receive(_:)-(ByteBuffer)`` of the namespace of the same name. What one process published arrives
///    in the order of publishing.
///
/// Processes that read one feed of commits tell these by themselves, each to its own sockets: an adapter of such
/// processes leaves out batches that are not ``DeliveryBatch/isEphemeral``.
public protocol Adapter: Sendable {
    /// Called in the order of what is to be heard, on loops and other threads, perhaps under a caller's lock: it does
    /// not wait, and `deliver` may lead to the next call on the same thread.
    func publish(_ message: ClusterMessage, of namespace: Namespace, deliver: @escaping @Sendable () -> Void)
}
