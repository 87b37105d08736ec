/// A value in a place that is changed in an expectation: the macros of Swift Testing take copies.
final class Held<Value> {
    var it: Value

    init(_ it: Value) { self.it = it }
}
