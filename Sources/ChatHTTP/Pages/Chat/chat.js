// One chat: what the server tells of it, and what is written in it here. Everything that belongs to a chat hangs on
// this object, shown or not; a view of it comes and goes.

import { Draft } from "./draft.js";
import { Outbox } from "./outbox.js";

/** How many messages of a chat are kept when it is not shown. */
const NEWEST = 50;

export class Chat {
  #app; #isForgotten = true; #gone = new Set(); #toRead = null;
  draft = new Draft();
  isListed = false;

  constructor(app, id) {
    this.#app = app;
    this.id = id;
    this.outbox = new Outbox(app, this);
    this.forget();
  }

  /** Nothing that was heard holds any more: it is asked for anew. */
  forget() {
    [this.last_seq, this.read_seq, this.delivered_seq, this.unread_count] = [0, 0, 0, 0];
    [this.members, this.last_message, this.newest, this.#isForgotten] = [[], null, null, true];
    this.#gone.clear();
  }

  /** As `chat:list` tells it; what was heard while the answer was on its way is newer than the answer. */
  take(told) {
    const before = new Map(this.members.map((member) => [member.user_id, member]));
    this.members = told.members;
    for (const member of this.members) this.#raise(member, before.get(member.user_id) ?? member);
    this.update(told);
    this.delivered_seq = told.delivered_seq;
    if (told.last_seq >= this.last_seq) {
      [this.last_seq, this.last_message] = [told.last_seq, told.last_message];
      if (told.read_seq >= this.read_seq) this.unread_count = told.unread_count;
    } else if (this.#isForgotten) this.unread_count += told.unread_count;
    this.read_seq = Math.max(this.read_seq, told.read_seq);
    this.#isForgotten = false;
  }

  /** The newest messages, read just now. What is told later is put in, so that they can be shown without a line. */
  keep({ messages, has_more }) { this.newest = { messages: [...messages], has_more }; }

  /** A message as it now is. */
  heard(message) {
    if (!this.newest) return;
    const { messages } = this.newest, last = messages.at(-1)?.seq ?? 0;
    const at = messages.findIndex((other) => other.seq === message.seq);
    if (at >= 0) messages[at] = message;
    else if (message.seq === last + 1) messages.push(message);
    // After a gap they are no stretch of the chat any more.
    else if (message.seq > last) this.newest = null;
    if (!this.newest || messages.length <= NEWEST) return;
    messages.shift();
    this.newest.has_more = true;
  }

  reaction({ messageId, reactions }) {
    const message = this.newest?.messages.find((other) => other.id === messageId);
    if (message) this.heard({ ...message, reactions });
  }

  update({ name, type, member_count }) { Object.assign(this, { name, type, member_count }); }

  get title() {
    if (this.name) return this.name;
    return this.others.map((member) => this.#app.people.name(member.user_id)).join(", ") || "Chat";
  }

  get others() { return this.members.filter((member) => member.user_id !== this.#app.me.id); }

  get mayDelete() {
    const own = this.members.find((member) => member.user_id === this.#app.me.id);
    return own?.role === "owner" || own?.role === "admin";
  }

  /** How far a message of one's own has come; only some members of a large chat are known here. */
  state(message) {
    const { others } = this, read = others.filter((member) => member.read_seq >= message.seq);
    if (read.length && read.length >= this.member_count - 1) return "read";
    if (read.length) return `read by ${read.length}`;
    return others.some((member) => member.delivered_seq >= message.seq) ? "delivered" : "sent";
  }

  /** A receipt: one's own, of another device, or another's. */
  receipt(name, { userId, seq }) {
    const member = this.members.find((other) => other.user_id === userId);
    if (member) this.#raise(member, { delivered_seq: seq, read_seq: name === "message:read" ? seq : 0 });
    if (name !== "message:read" || userId !== this.#app.me.id || seq <= this.read_seq) return;
    this.read_seq = seq;
    if (seq >= this.last_seq) this.unread_count = 0;
  }

  /** Another's message was deleted; it may be told more than once, and counts as unread no more. */
  deleted(seq) {
    if (seq <= this.read_seq || this.#gone.has(seq)) return;
    this.#gone.add(seq);
    this.unread_count = Math.max(0, this.unread_count - 1);
  }

  /** Reads up to a message: one request at a time, the latest of those that came meanwhile with the next. */
  async read(message) {
    if (message.seq <= this.read_seq || message.seq <= (this.#toRead?.seq ?? 0)) return;
    const isReading = Boolean(this.#toRead);
    this.#toRead = message;
    if (isReading) return;
    try {
      for (let next; next !== this.#toRead;) {
        next = this.#toRead;
        const answer = await this.#app.socket.ask("message:read", { chatId: this.id, messageId: next.id });
        this.read_seq = Math.max(this.read_seq, answer.read_seq);
        this.unread_count = answer.unread_count;
      }
    } catch {
      // Not told: there is no line, or too much was asked; the next look at the chat reads again.
    }
    this.#toRead = null;
    this.#app.chats.show(this);
  }

  /** Sends the edit that the draft holds. Until it is answered another chat may be shown, and this draft be another. */
  async saveEdit() {
    const { draft } = this, { edited } = draft, content = draft.text.trim();
    if (draft.isSaving) return;
    draft.isSaving = true;
    draft.say("");
    try {
      const { message } = await this.#app.socket.ask("message:edit", {
        chatId: this.id, messageId: edited.id, content });
      draft.isSaving = false;
      if (draft.edited === edited) draft.stop();
      this.#app.heard(message, false);
    } catch (error) {
      draft.isSaving = false;
      draft.say("It could not be changed: " + error.message);
    }
  }

  /** After the line came back. */
  retry() {
    this.draft.files.forEach((file) => file.retry());
    this.outbox.retry();
  }

  #raise(member, { read_seq, delivered_seq }) {
    member.read_seq = Math.max(member.read_seq, read_seq);
    member.delivered_seq = Math.max(member.delivered_seq, delivered_seq);
  }
}
