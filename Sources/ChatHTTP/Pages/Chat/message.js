// One message, as an item of the log.

import { address, forget } from "./files.js";
import { button, linked, make, size, when } from "./dom.js";

const EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/** What the page does with messages: `act` has react, edit, remove, show. */
export function show(message, { socket, people, me, mayDelete, act, state }) {
  const own = message.sender_id === me.id, gone = Boolean(message.deleted_at), system = !message.sender_id;
  const kind = [own && "own", gone && "deleted", system && "system"].filter(Boolean).join(" ");
  const sender = system ? null : make("p", { class: "sender" }, own ? "You" : name(message));
  const item = { id: "m" + message.seq, class: kind, tabIndex: -1 };
  if (gone) return make("li", item, sender, make("p", {}, "This message was deleted."));
  return make("li", item,
    sender,
    quote(message, people, act),
    message.content ? make("p", { class: "text" }, ...linked(message.content)) : null,
    files(message, socket),
    reactions(message, me, people, act),
    make("div", { class: "foot" }, when(message.created_at),
      message.edited_at ? make("span", { class: "when" }, "edited") : null,
      own ? make("span", { class: "state" }, state(message)) : null,
      system ? null : actions(message, own, mayDelete, act)));
}

/** A message that is on its way. */
export function pending(entry) {
  return make("li", { class: "own unsent" }, make("p", { class: "sender" }, "You"),
    entry.content ? make("p", { class: "text" }, entry.content) : null,
    entry.names.length ? make("p", {}, entry.names.join(", ")) : null,
    make("p", { class: "foot state" }, "sending…"));
}

export function name(message) {
  return message.sender ? message.sender.display_name || message.sender.username : "";
}

/** A message in a line: in the list of chats. */
export function summary(message, me) {
  if (!message) return "";
  if (message.deleted_at) return "deleted";
  const what = message.content || (message.attachments ?? []).map((file) => file.name).join(", ");
  return (message.sender_id === me.id ? "You: " : message.sender ? name(message) + ": " : "") + what;
}

function quote(message, people, act) {
  const to = message.reply_to;
  if (!to) return null;
  return make("blockquote", { class: "quote" }, to.sender_id ? people.name(to.sender_id) + ": " : "", to.content, " ",
    button("Show", () => act.show(to.seq), { "aria-label": "Show the message this answers" }));
}

function files(message, socket) {
  if (!message.attachments?.length) return null;
  return make("div", { class: "files" }, ...message.attachments.map((file) =>
    file.mime_type.startsWith("image/") ? image(file, socket) : link(file, socket)));
}

function image(file, socket) {
  const picture = make("img", { alt: file.name, loading: "lazy", width: file.width, height: file.height });
  let tries = 0;
  const load = () => address(socket, file.id).then((url) => { picture.src = url; }, () => {});
  // The address may be over by the time the page looks again.
  picture.onerror = () => { if (tries++ < 2) { forget(file.id); load(); } };
  load();
  return picture;
}

function link(file, socket) {
  return button(`${file.name} (${size(file.size)})`, async () => {
    const url = await address(socket, file.id);
    make("a", { href: url, download: file.name }).click();
  }, { "aria-label": `Download ${file.name}, ${size(file.size)}` });
}

function reactions(message, me, people, act) {
  const all = Object.entries(message.reactions ?? {});
  if (!all.length) return null;
  return make("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, ...all.map(([emoji, users]) =>
    button(`${emoji} ${users.length}`, () => act.react(message, emoji, users.includes(me.id)), {
      "aria-pressed": String(users.includes(me.id)), title: users.map((id) => people.name(id)).join(", ") })));
}

function actions(message, own, mayDelete, act) {
  const menu = make("details", {});
  const choose = (run) => () => { menu.open = false; run(); };
  menu.append(
    make("summary", { "aria-label": "Actions for this message" }, "⋯"),
    make("div", { class: "actions" },
      ...EMOJI.map((emoji) => button(emoji, choose(() => act.react(message, emoji, false)), {
        "aria-label": "React " + emoji })),
      button("Reply", choose(() => act.reply(message))),
      ...(own ? [button("Edit", choose(() => act.edit(message)))] : []),
      ...(own || mayDelete ? [button("Delete", choose(() => act.remove(message)))] : [])));
  return menu;
}
