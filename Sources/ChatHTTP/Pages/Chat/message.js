// One message, as an item of the log.

import { button, linked, make, when, written } from "./dom.js";
import { Media } from "./media.js";

const QUOTED = 200;
const EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/** A message of a view's log. Its element stays the same however the message changes. */
export class Item {
  #app; #view; #media = []; #files = null; #menu = null; #state = null;
  element = make("li", { tabIndex: -1 });
  message = null;

  constructor(app, view) {
    this.#app = app;
    this.#view = view;
  }

  /** Shows the message as it now is; what is used in it (a button, an open menu, a recording) stays in use. */
  update(message) {
    const { element } = this, focused = element.contains(document.activeElement) ? document.activeElement : null;
    this.message = message;
    element.id = "m" + message.seq;
    for (const [name, holds] of Object.entries({ own: this.#isOwn, deleted: Boolean(message.deleted_at),
      system: !message.sender_id })) element.classList.toggle(name, holds);
    element.replaceChildren(...this.#content().filter((part) => part !== null));
    if (!focused) return;
    const same = focused.isConnected ? focused : element.querySelector(`[data-use="${focused.dataset.use}"]`);
    (same ?? element).focus({ preventScroll: true });
  }

  showState() { if (this.#state) this.#state.textContent = this.#view.chat.state(this.message); }

  /** After the line came back. */
  retry() { this.#media.forEach((media) => media.retry()); }

  get #isOwn() { return this.message.sender_id === this.#app.me.id; }

  #content() {
    const { message } = this;
    const sender = message.sender_id
      ? make("p", { class: "sender", dir: "auto" }, this.#isOwn ? "You" : name(message)) : null;
    this.#state = null;
    if (message.deleted_at) return [sender, make("p", {}, "This message was deleted.")];
    if (this.#isOwn) this.#state = make("span", { class: "state" }, this.#view.chat.state(message));
    const text = message.content ? make("p", { class: "text", dir: "auto" }, ...linked(message.content)) : null;
    return [
      sender, this.#quote(), text,
      this.#attachments(), this.#reactions(),
      make("div", { class: "foot" }, when(message.created_at),
        message.edited_at ? make("span", { class: "when" }, "edited") : null, this.#state,
        message.sender_id ? this.#actions() : null),
    ];
  }

  #quote() {
    const to = this.message.reply_to;
    return to ? quote(to, this.#app.people, button("Show", () => this.#view.reveal({ seq: to.seq, isHit: true }), {
      "aria-label": "Show the message this answers", "data-use": "quote" })) : null;
  }

  #attachments() {
    const files = this.message.attachments ?? [];
    if (files.length !== this.#media.length || files.some((file, index) => file.id !== this.#media[index].id)) {
      this.#media = files.map((file) => new Media(file, this.#app.socket, this.#view));
      this.#files = files.length ? make("div", { class: "files" }, ...this.#media.map((one) => one.element)) : null;
    }
    return this.#files;
  }

  #reactions() {
    const all = Object.entries(this.message.reactions ?? {}), { me, people } = this.#app;
    if (!all.length) return null;
    return make("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, ...all.map(([emoji, users]) =>
      button(`${emoji} ${users.length}`, () => this.#app.act.react(this.message, emoji, users.includes(me.id)), {
        "aria-pressed": String(users.includes(me.id)), title: users.map((id) => people.name(id)).join(", "),
        "data-use": "reaction-" + [...emoji].map((part) => part.codePointAt(0).toString(16)).join("-") })));
  }

  /** The menu of a message, which has its buttons once it was asked for. */
  #actions() {
    if (this.#menu) return this.#menu;
    const summary = make("summary", { "aria-label": "Actions for this message" }, "⋯");
    const menu = this.#menu = make("details", {}, summary);
    summary.onclick = () => {
      menu.lastChild.className === "actions" && menu.lastChild.remove();
      if (!menu.open) menu.append(make("div", { class: "actions" }, ...this.#buttons()));
    };
    menu.onkeydown = (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      summary.focus();
    };
    return menu;
  }

  #buttons() {
    const { act } = this.#app, { draft } = this.#view.chat;
    const choose = (run) => () => { this.#menu.open = false; run(); };
    const write = (begin) => choose(() => { begin(); this.#view.write(); });
    return [
      ...EMOJI.map((emoji) => button(emoji, choose(() => act.react(this.message, emoji, false)), {
        "aria-label": "React " + emoji })),
      button("Reply", write(() => draft.answer(this.message))),
      ...(this.#isOwn ? [button("Edit", write(() => draft.edit(this.message)))] : []),
      ...(this.#isOwn || this.#view.chat.mayDelete ? [button("Delete", choose(() => act.remove(this.message)))] : []),
    ];
  }
}

/** A message that is on its way, or was refused. */
export function unsent(entry, view) {
  const { outbox, draft } = view.chat, isRefused = entry.state === "refused";
  return make("li", { class: "own unsent" }, make("p", { class: "sender" }, "You"),
    entry.answered ? quote(entry.answered, null, "") : null,
    entry.content ? make("p", { class: "text", dir: "auto" }, entry.content) : null,
    ...entry.files.map((file) => make("p", { class: "file" }, written(file.name), " ", file.state)),
    isRefused ? make("p", { class: "bad", role: "alert" }, "Not sent: " + entry.error)
      : make("p", { class: "foot state" }, "sending…"),
    isRefused ? make("div", { class: "actions" },
      button("Try again", () => outbox.again(entry), { "aria-label": "Try again to send this message" }),
      button("Edit", () => { outbox.take(entry); draft.giveBack(entry); view.write(); }, {
        "aria-label": "Edit the message that was not sent" }),
      button("Discard", () => outbox.discard(entry), { "aria-label": "Discard the message that was not sent" }))
      : null);
}

export function name(message) {
  return message.sender ? message.sender.display_name || message.sender.username : "";
}

/** A message in a line: in the list of chats. */
export function summary(message, me) {
  if (!message) return [];
  if (message.deleted_at) return ["deleted"];
  const text = message.content || (message.attachments ?? []).map((file) => file.name).join(", ");
  // No more than a line shows.
  const what = written(text.slice(0, 300));
  if (message.sender_id === me.id) return ["You: ", what];
  return message.sender ? [written(name(message)), ": ", what] : [what];
}

function quote(to, people, more) {
  const who = people ? (to.sender_id ? people.name(to.sender_id) : "") : name(to);
  return make("blockquote", { class: "quote" }, ...(who ? [written(who), ": "] : []), written(excerpt(to.content)), " ",
    more);
}

/** What a quote shows of a text: the server sends so many characters of a longer one. */
function excerpt(text) {
  const characters = [...text];
  return characters.length < QUOTED ? text : characters.slice(0, QUOTED).join("") + "…";
}
