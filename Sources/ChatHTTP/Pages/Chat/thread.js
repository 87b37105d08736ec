// The messages of the open chat: a stretch of its history that grows upwards, and downwards while it is not at the end.

import { $, make } from "./dom.js";
import { pending, show } from "./message.js";

const PAGE = 50;

export class Thread {
  #app; #messages = new Map(); #hasOlder = false; #atEnd = true; #loading = false; #waiting = new Map();
  #typing = new Map();
  chat = null;

  constructor(app) {
    this.#app = app;
    $("scroll").addEventListener("scroll", () => this.#scrolled(), { passive: true });
    $("newest").onclick = () => this.open(this.chat);
    document.addEventListener("visibilitychange", () => this.#read());
  }

  /** Shows a chat at its end, or around a message. */
  async open(chat, around = null) {
    this.chat = chat;
    $("no-chat").hidden = true;
    for (const id of ["chat-head", "scroll", "composer"]) $(id).hidden = false;
    this.#typing.clear();
    this.head();
    const range = around === null ? {} : { around };
    const page = await this.#app.socket.ask("message:history", { chatId: chat.id, limit: PAGE, ...range });
    if (this.chat !== chat) return;
    this.#messages = new Map();
    $("log").replaceChildren();
    const last = page.messages.at(-1)?.seq ?? 0;
    this.#atEnd = around === null || last >= chat.last_seq;
    this.#hasOlder = around === null ? page.has_more : (page.messages[0]?.seq ?? 1) > 1;
    this.#busy(() => page.messages.forEach((message) => this.#put(message)));
    for (const entry of this.#waiting.values()) if (entry.chatId === chat.id) this.#showWaiting(entry);
    this.#edges();
    if (around === null) this.#toEnd();
    else this.reveal(around);
    this.#read();
  }

  close() {
    this.chat = null;
    for (const id of ["chat-head", "scroll", "composer", "newest-row"]) $(id).hidden = true;
    $("no-chat").hidden = false;
    $("typing").textContent = "";
  }

  head() {
    const { chat } = this, { people, me } = this.#app;
    $("chat-name").textContent = this.#app.chats.title(chat);
    const others = chat.members.filter((member) => member.user_id !== me.id).map((member) => member.user_id);
    const online = others.filter((id) => people.isOnline(id));
    const names = online.map((id) => people.name(id)).join(", ");
    $("chat-about").textContent = chat.type === "direct" ? (names ? "online" : "offline")
      : `${chat.member_count} members` + (names ? `, online: ${names}` : "");
  }

  /** A message came live, was edited, deleted or reacted to. */
  async put(message, isNew) {
    if (this.chat?.id !== message.chat_id) return;
    this.#arrived(message.client_id);
    const known = this.#messages.has(message.seq), last = this.#last();
    if (!known && !(isNew && this.#atEnd)) return this.#edges();
    if (!known && message.seq > last + 1 && last > 0) await this.#fill(last);
    const stays = this.#isAtBottom();
    this.#put(message);
    if (isNew) this.#typed(message.sender_id, false);
    if (stays || (isNew && message.sender_id === this.#app.me.id)) this.#toEnd();
    this.#read();
  }

  reaction({ messageId, reactions }) {
    for (const message of this.#messages.values()) {
      if (message.id === messageId) this.#put({ ...message, reactions });
    }
  }

  /** Shows a message that is on its way, until it has come. */
  wait(entry) {
    this.#waiting.set(entry.clientId, entry);
    if (this.chat?.id === entry.chatId) {
      this.#showWaiting(entry);
      this.#toEnd();
    }
  }

  /** It came, or was refused. */
  settle(clientId) { this.#arrived(clientId); }

  /** Receipts: what stands under one's own messages. */
  states() {
    for (const message of this.#messages.values()) {
      const state = $("m" + message.seq)?.querySelector(".state");
      if (state) state.textContent = this.#state(message);
    }
  }

  typing({ chatId, userId }, starts) {
    if (chatId === this.chat?.id) this.#typed(userId, starts);
  }

  /** Scrolls to a message and marks it; loads it first if need be. */
  async reveal(seq) {
    if (!this.#messages.has(seq)) return this.open(this.chat, seq);
    const item = $("m" + seq);
    document.querySelector("#log .hit")?.classList.remove("hit");
    item.classList.add("hit");
    item.scrollIntoView({ block: "center" });
    item.focus({ preventScroll: true });
  }

  #typed(userId, starts) {
    if (starts) this.#typing.set(userId, true);
    else this.#typing.delete(userId);
    const names = [...this.#typing.keys()].map((id) => this.#app.people.name(id));
    const verb = names.length > 1 ? " are typing…" : " is typing…";
    $("typing").textContent = names.length ? names.join(", ") + verb : "";
  }

  #last() { return Math.max(0, ...this.#messages.keys()); }

  #first() { return Math.min(...this.#messages.keys()); }

  /** Live events may come after a gap: what lies between is asked for. */
  async #fill(after) {
    const chat = this.chat;
    const page = await this.#app.socket.ask("message:history", { chatId: chat.id, after, limit: 100 });
    if (this.chat === chat) page.messages.forEach((message) => this.#put(message));
  }

  #put(message) {
    this.#messages.set(message.seq, message);
    this.#app.people.learn(message.sender);
    const item = show(message, { ...this.#app, mayDelete: this.#mayDelete(), act: this.#app.act,
      state: (own) => this.#state(own) });
    const old = $("m" + message.seq);
    if (old) return old.replaceWith(item);
    const next = [...this.#messages.keys()].filter((seq) => seq > message.seq).sort((a, b) => a - b)
      .map((seq) => $("m" + seq)).find((other) => other);
    $("log").insertBefore(item, next ?? $("log").querySelector(".unsent"));
  }

  #mayDelete() {
    const own = this.chat.members.find((member) => member.user_id === this.#app.me.id);
    return own?.role === "owner" || own?.role === "admin";
  }

  #state(message) {
    const others = this.chat.members.filter((member) => member.user_id !== this.#app.me.id);
    const read = others.filter((member) => member.read_seq >= message.seq);
    if (others.length && read.length === others.length) return "read";
    if (read.length) return `read by ${read.length}`;
    return others.some((member) => member.delivered_seq >= message.seq) ? "delivered" : "sent";
  }

  #showWaiting(entry) {
    entry.item = pending(entry);
    $("log").append(entry.item);
  }

  #arrived(clientId) {
    const entry = this.#waiting.get(clientId);
    if (!entry) return;
    entry.item?.remove();
    this.#waiting.delete(clientId);
  }

  #edges() {
    $("older").textContent = this.#hasOlder ? "Older messages load as you scroll up." : "This is the beginning.";
    $("newest-row").hidden = this.#atEnd;
  }

  #isAtBottom() {
    const box = $("scroll");
    return this.#atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  }

  #toEnd() {
    const box = $("scroll");
    box.scrollTop = box.scrollHeight;
  }

  /** What is put in inside is not read aloud: it is no news. */
  #busy(body) {
    $("log").setAttribute("aria-busy", "true");
    body();
    requestAnimationFrame(() => $("log").removeAttribute("aria-busy"));
  }

  async #scrolled() {
    this.#read();
    const box = $("scroll"), chat = this.chat;
    const up = this.#hasOlder && box.scrollTop < 300;
    const down = !this.#atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < 300;
    if (this.#loading || !chat || !(up || down) || !this.#messages.size) return;
    this.#loading = true;
    try {
      const range = up ? { before: this.#first() } : { after: this.#last() };
      const page = await this.#app.socket.ask("message:history", { chatId: chat.id, limit: PAGE, ...range });
      if (this.chat !== chat) return;
      const height = box.scrollHeight, top = box.scrollTop;
      this.#busy(() => page.messages.forEach((message) => this.#put(message)));
      if (up) {
        this.#hasOlder = page.has_more;
        box.scrollTop = top + box.scrollHeight - height;
      } else if (!page.has_more) this.#atEnd = true;
      this.#edges();
    } catch {
      // The next scroll tries again; that the line is down is said elsewhere.
    } finally {
      this.#loading = false;
    }
  }

  #read() {
    if (!this.chat || document.hidden || !this.#isAtBottom()) return;
    const last = this.#messages.get(this.#last());
    if (last) this.#app.chats.read(last).catch(() => {});
  }
}
