import ChatWire

/// Writes `parley.d.ts`: an interface a named object, and the two that socket.io-client's `Socket` takes.
struct TypeScriptDeclarations {
    private static let opening = """
        // The events of Parley, for socket.io-client 4:
        //
        //     import { io, type Socket } from "socket.io-client";
        //     import type { ClientToServerEvents, ServerToClientEvents } from "./parley";
        //
        //     const socket: Socket<ServerToClientEvents, ClientToServerEvents> =
        //       io("http://localhost:5000", { auth: { token } });
        //     const answer = await socket.emitWithAck("message:send", { chatId: "lobby", content: "Hello!" });
        //     if (answer.ok) console.log(answer.message.seq); else console.error(answer.error.code);

        /** RFC 3339, UTC, with milliseconds: 2026-01-31T23:59:59.999Z. */
        export type Time = string;

        /** The answer of an event that was not done. */
        export interface Failure {
          ok: false;
          error: ErrorObject;
        }

        /** Called with the answer of an event. Where it is required here, the answer tells what one has to know. */
        export type Ack<Answer = {}> = (answer: ({ ok: true } & Answer) | Failure) => void;


        """

    let text: String

    init() {
        var text = Self.opening
        for object in WireObject.allCases { text += Self.interface(object) + "\n" }
        text += "export interface ServerToClientEvents {\n"
        for event in ServerEventSignature.all {
            text += Self.comment(event.summary, indent: 1)
            let argument = Self.type(event.argument, indent: 1)
            text += "  \"\(event.name)\": (\(event.argumentName): \(argument)) => void;\n"
        }
        text += "}\n\nexport interface ClientToServerEvents {\n"
        for event in ClientEvents.all {
            let signature = event.signature
            text += Self.comment(signature.summary, indent: 1)
            let answer = signature.answers.isEmpty ? "Ack" : "Ack<\(Self.type(.object(signature.answers), indent: 1))>"
            let ack = signature.isMostlyUnanswered ? "ack?" : "ack"
            text += "  \"\(event.name)\": (data: \(Self.type(.object(signature.takes), indent: 1)), "
            text += "\(ack): \(answer)) => void;\n"
        }
        self.text = text + "}\n"
    }

    private static func interface(_ object: WireObject) -> String {
        if object == .change {
            return comment(object.summary, indent: 0) + """
                export type Change = {
                  [Event in keyof ServerToClientEvents]: {
                    event: Event;
                    data: Parameters<ServerToClientEvents[Event]>[0];
                  };
                }[keyof ServerToClientEvents];

                """
        }
        return comment(object.summary, indent: 0)
            + "export interface \(object.rawValue) \(type(.object(object.fields), indent: 0))\n"
    }

    private static func type(_ shape: WireShape, indent: Int) -> String {
        switch shape {
        case .string: "string"
        case .integer: "number"
        case .boolean: "boolean"
        case .time: "Time"
        case .choice(let values): values.map { "\"\($0)\"" }.joined(separator: " | ")
        case .array(let element): arrayType(type(element, indent: indent))
        case .map(let value): "{ [name: string]: \(type(value, indent: indent)) }"
        case .object(let fields): object(fields, indent: indent)
        case .named(let object): object.rawValue
        case .nullable(let shape): type(shape, indent: indent) + " | null"
        }
    }

    private static func arrayType(_ element: String) -> String {
        element.contains(" ") && !element.hasPrefix("{") ? "(\(element))[]" : element + "[]"
    }

    private static func object(_ fields: [WireField], indent: Int) -> String {
        guard !fields.isEmpty else { return "{}" }
        var text = "{\n"
        for field in fields {
            if let note = field.note { text += comment(note, indent: indent + 1) }
            text += spaces(indent + 1) + field.name + (field.isOptional ? "?" : "") + ": "
            text += type(field.shape, indent: indent + 1) + ";\n"
        }
        return text + spaces(indent) + "}"
    }

    private static func comment(_ text: String, indent: Int) -> String { "\(spaces(indent))/** \(text) */\n" }

    private static func spaces(_ indent: Int) -> String { String(repeating: "  ", count: indent) }
}
