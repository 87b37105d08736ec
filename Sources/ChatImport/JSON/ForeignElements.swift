import ByteText
import ChatCore

/// Goes through the elements of an entry; those that are no JSON, and what breaks off, are told of with their places.
struct ForeignElements {
    let desk: ForeignDesk
    let meter: ReadingMeter

    /// - Parameter subject: what an element is, where one cannot be read.
    func each(
        of entry: Int, lists: Set<ByteString> = [], _ subject: ForeignSubject,
        _ body: (JSONElements.Element, ForeignPlace) throws -> Void
    ) throws {
        var elements: JSONElements
        do {
            elements = JSONElements(try meter.open(entry), lists: lists)
        } catch let error {
            return try desk.note(.leftOut, .others, ForeignPlace(entry: entry), error.message)
        }
        while true {
            let element: JSONElements.Element?
            do {
                element = try elements.next()
            } catch let flaw {
                let place = ForeignPlace(entry: entry, item: elements.index)
                try desk.note(.leftOut, flaw.isLocal ? subject : .others, place, flaw.error.message)
                guard flaw.isLocal else { return }
                continue
            }
            guard let element else { return }
            try body(element, ForeignPlace(entry: entry, item: element.index))
        }
    }
}
