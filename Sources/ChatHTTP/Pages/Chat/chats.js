// The chats on the side: their names, last messages, and how much is unread.

import { $, button, make } from "./dom.js";
import { summary } from "./message.js";

export class Chats {
  #app; #all = new Map(); #order = [];

  constructor(app) { this.#app = app; }

  get(id) { return this.#all.get(id); }

  title(chat) {
    if (chat.name) return chat.name;
    const others = chat.members.filter((member) => member.user_id !== this.#app.me.id);
    return others.map((member) => this.#app.people.name(member.user_id)).join(", ") || "Chat";
  }

  /** Everything anew. */
  async load() {
    const { chats } = await this.#app.socket.ask("chat:list", {});
    this.#all = new Map(chats.map((chat) => [chat.id, chat]));
    this.#order = chats.map((chat) => chat.id);
    for (const chat of chats) {
      const last = chat.last_message;
      if (last?.sender_id && last.seq > chat.delivered_seq) this.#deliver(last);
    }
    await this.#app.people.load([...new Set(chats.flatMap((chat) => chat.members.map((member) => member.user_id)))]);
    this.show();
  }

  /** A message came, or changed. */
  message(message, isNew) {
    const chat = this.#all.get(message.chat_id);
    if (!chat) return;
    if (isNew && message.seq > chat.last_seq) {
      chat.last_seq = message.seq;
      this.#order = [chat.id, ...this.#order.filter((id) => id !== chat.id)];
      if (message.sender_id === this.#app.me.id) chat.unread_count = 0;
      else if (message.sender_id) {
        chat.unread_count++;
        this.#deliver(message);
      }
    }
    if (message.seq === chat.last_seq) chat.last_message = message;
    this.show();
  }

  /** A receipt: one's own, of another device, or another's. */
  receipt(name, receipt) {
    const chat = this.#all.get(receipt.chatId);
    const member = chat?.members.find((other) => other.user_id === receipt.userId);
    if (member) {
      if (name === "message:read") member.read_seq = Math.max(member.read_seq, receipt.seq);
      member.delivered_seq = Math.max(member.delivered_seq, receipt.seq);
    }
    if (chat && name === "message:read" && receipt.userId === this.#app.me.id && receipt.seq > chat.read_seq) {
      chat.read_seq = receipt.seq;
      if (receipt.seq >= chat.last_seq) chat.unread_count = 0;
      this.show();
    }
  }

  changed(update) {
    const chat = this.#all.get(update.id);
    if (chat) Object.assign(chat, update);
    this.show();
  }

  removed(id) {
    this.#all.delete(id);
    this.#order = this.#order.filter((other) => other !== id);
    this.show();
  }

  /** Reads up to a message. */
  async read(message) {
    const chat = this.#all.get(message.chat_id);
    if (!chat || message.seq <= chat.read_seq) return;
    chat.read_seq = message.seq;
    const answer = await this.#app.socket.ask("message:read", { chatId: chat.id, messageId: message.id });
    chat.unread_count = answer.unread_count;
    this.show();
  }

  #deliver(message) {
    this.#app.socket.tell("message:delivered", { chatId: message.chat_id, messageId: message.id });
  }

  show() {
    const open = this.#app.thread.chat?.id;
    $("no-chats").hidden = this.#order.length > 0;
    const focused = document.activeElement?.dataset?.chat;
    $("chats").replaceChildren(...this.#order.map((id) => this.#item(this.#all.get(id), id === open)));
    if (focused) [...$("chats").querySelectorAll("button")].find((item) => item.dataset.chat === focused)?.focus();
    const unread = [...this.#all.values()].reduce((sum, chat) => sum + chat.unread_count, 0);
    document.title = unread ? `(${unread}) Parley` : "Parley";
  }

  #item(chat, isOpen) {
    const other = chat.type === "direct" && chat.members.find((member) => member.user_id !== this.#app.me.id);
    const online = other && this.#app.people.isOnline(other.user_id);
    const item = button("", () => this.#app.open(chat.id), {
      "aria-current": isOpen ? "true" : null, "data-chat": chat.id });
    item.replaceChildren(
      make("span", { class: online ? "name online" : "name" }, this.title(chat),
        online ? make("span", { class: "aside" }, " (online)") : ""),
      chat.unread_count ? make("span", { class: "unread" }, String(chat.unread_count),
        make("span", { class: "aside" }, " unread")) : "",
      make("span", { class: "last" }, summary(chat.last_message, this.#app.me)));
    return make("li", {}, item);
  }
}
