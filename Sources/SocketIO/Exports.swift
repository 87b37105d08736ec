// Part of what users of the library see: names and texts of events are bytes, their arguments values of JSON.
@_exported import ByteText
@_exported import JSON
