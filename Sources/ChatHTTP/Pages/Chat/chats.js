// The chats on the side: their names, last messages, and how much is unread.

import { Chat } from "./chat.js";
import { $, button, make, written } from "./dom.js";
import { summary } from "./message.js";

export class Chats {
  #app; #known = new Map(); #order = []; #items = new Map();

  constructor(app) { this.#app = app; }

  /** A chat that one is in. */
  get(id) {
    const chat = this.#known.get(id);
    return chat?.isListed ? chat : undefined;
  }

  /** Everything anew; `isFresh`: after a pause in which not everything was told. */
  async load(isFresh) {
    if (isFresh) for (const chat of this.#known.values()) chat.forget();
    const { chats } = await this.#app.socket.ask("chat:list", {});
    // A chat that one was removed from keeps what was written in it, should one come back.
    for (const chat of this.#known.values()) chat.isListed = false;
    for (const told of chats) {
      const chat = this.#known.get(told.id) ?? new Chat(this.#app, told.id);
      this.#known.set(chat.id, chat);
      chat.isListed = true;
      chat.take(told);
      const last = chat.last_message;
      if (last?.sender_id && last.seq > chat.delivered_seq) this.#deliver(last);
    }
    this.#order = chats.map((chat) => chat.id);
    await this.#app.people.load([...new Set(chats.flatMap((chat) => chat.members.map((member) => member.user_id)))]);
    this.show();
  }

  /** A message came, or changed. */
  message(message, isNew) {
    const chat = this.get(message.chat_id);
    if (!chat) return;
    const isOwn = message.sender_id === this.#app.me.id, isOthers = message.sender_id && !isOwn;
    if (isNew && message.seq > chat.last_seq) {
      chat.last_seq = message.seq;
      this.#order = [chat.id, ...this.#order.filter((id) => id !== chat.id)];
      // Sending reads up to one's message.
      if (isOwn) [chat.unread_count, chat.read_seq] = [0, message.seq];
      if (isOthers && !message.deleted_at) chat.unread_count++;
      if (isOthers) this.#deliver(message);
    } else if (message.deleted_at && isOthers) chat.deleted(message.seq);
    if (message.seq === chat.last_seq) chat.last_message = message;
    if (isOwn) chat.outbox.settle(message);
    chat.heard(message);
    chat.draft.heard(message);
    this.show(chat);
  }

  removed(id) {
    const chat = this.get(id);
    if (!chat) return;
    chat.isListed = false;
    this.#order = this.#order.filter((other) => other !== id);
    this.show(chat);
  }

  /** After the line came back. */
  retry() { for (const chat of this.#known.values()) chat.retry(); }

  /** Shows the list as it is now; `chat`: only that one's item is another. */
  show(chat = null) {
    const list = $("chats"), focused = document.activeElement;
    for (const id of this.#order) if (!chat || chat.id === id || !this.#items.has(id)) this.#fill(this.get(id));
    // Items stay what they are, and only those are moved that have another place: one that is being clicked is not
    // another one by the time the button goes up.
    let next = list.firstChild;
    for (const id of this.#order) {
      const item = this.#items.get(id);
      if (item === next) next = next.nextSibling;
      else list.insertBefore(item, next);
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    if (list.contains(focused)) focused.focus({ preventScroll: true });
    $("no-chats").hidden = this.#order.length > 0;
    const unread = this.#order.reduce((sum, id) => sum + this.get(id).unread_count, 0);
    document.title = unread ? `(${unread}) Parley` : "Parley";
  }

  #deliver(message) {
    this.#app.socket.tell("message:delivered", { chatId: message.chat_id, messageId: message.id });
  }

  #fill(chat) {
    const { people, view, me } = this.#app;
    const online = chat.type === "direct" && chat.others.some((member) => people.isOnline(member.user_id));
    if (!this.#items.has(chat.id)) {
      this.#items.set(chat.id, make("li", {}, button("", () => this.#app.open(chat.id), { "data-chat": chat.id })));
    }
    const item = this.#items.get(chat.id).firstChild;
    if (view?.chat === chat) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
    item.replaceChildren(
      make("span", { class: online ? "name online" : "name", dir: "auto" }, chat.title,
        online ? make("span", { class: "aside" }, " (online)") : ""),
      chat.unread_count ? make("span", { class: "unread" }, String(chat.unread_count),
        make("span", { class: "aside" }, " unread")) : "",
      make("span", { class: "last" }, ...this.#last(chat, view?.chat === chat, me)));
  }

  #last(chat, isOpen, me) {
    if (chat.outbox.entries.some((entry) => entry.state === "refused")) {
      return [make("span", { class: "bad" }, "A message was not sent")];
    }
    const { draft } = chat;
    if (draft.isEmpty || isOpen) return summary(chat.last_message, me);
    return [make("strong", {}, "Draft: "), written(draft.text || draft.files.map((file) => file.name).join(", "))];
  }
}
