// What is shown of one chat: head, messages, composer. It is made for that chat and thrown away with it: it holds its
// own elements only, so an answer that comes late changes what nobody sees.
//
//   opening ──► shown      all of it at once, never a part; without a line as it was last read, if it was
//      │ ▲       │ ▲
//      ▼ │       ▼ │       a shown chat may be read anew, at another place or after a pause; what is shown stays
//    failed    (reading)   until the page is there, and a failure says so above the composer
//
// What failed can be written in all the same, as what is shown can without a line: it waits, and is sent with the rest.
//
//   any ──► closed         for good

import { Composer } from "./composer.js";
import { $, isDesk, listed } from "./dom.js";
import { Thread } from "./thread.js";

export class View {
  #app; #parts; #thread; #composer; #state = "opening"; #place = null; #reading = null; #news = []; #again = null;
  #typing = new Set();

  constructor(app, chat) {
    this.#app = app;
    this.chat = chat;
    this.root = $("view").content.firstElementChild.cloneNode(true);
    // By their ids, which are unique in the page, for only one view is in it.
    this.#parts = Object.fromEntries([...this.root.querySelectorAll("[id]")].map((part) => [part.id, part]));
    this.#thread = new Thread(app, this, this.#parts);
    this.#composer = new Composer(app, this, this.#parts);
    this.#parts.back.onclick = () => app.back();
    this.#parts.again.onclick = () => this.#again();
    chat.outbox.changed = () => this.#thread.unsent();
    this.names();
    this.#enter("opening");
  }

  /** Reads the messages at the end, or at a place `{seq, isHit}`, and shows the chat. */
  async open(place = null) {
    if (this.#state === "closed") return;
    const reading = this.#reading = {};
    this.#place = place;
    this.#news = [];
    if (this.#state !== "opening") this.trouble(null);
    if (this.#state === "failed") this.#parts.opening.hidden = false;
    try {
      const page = await this.#thread.ask(place);
      if (reading !== this.#reading) return;
      if (!place) this.chat.keep(page);
      this.#show(page, place);
    } catch (error) {
      if (reading !== this.#reading) return;
      // As it was when it was last read, if it was: one may want to write, and it is said that there may be more.
      if (this.#state === "opening" && !place && this.chat.newest) this.#show(this.chat.newest, null);
      this.trouble(error, () => this.open(place));
    } finally {
      if (reading === this.#reading) this.#reading = null;
    }
  }

  /** The same chat was chosen once more. */
  choose(place) {
    if (this.#state === "shown") this.reveal(place);
    else if (this.#state === "failed" || place) this.open(place);
    if (this.#state === "shown" && !place && isDesk()) this.#composer.focus();
  }

  /** Scrolls to a message, or to the end, loading what is there first if need be. */
  reveal(place) { this.#thread.reveal(place); }

  /** Something could not be read: there is a button to try again, and it is tried when the line comes back. */
  trouble(error, again = null) {
    if (this.#state === "closed") return;
    if (error && this.#state === "opening") this.#enter("failed");
    if (error) this.#parts.opening.hidden = true;
    this.#again = again;
    const what = this.#state === "shown" ? "Messages could not be loaded. " : "This chat could not be opened. ";
    this.#parts.trouble.textContent = error ? what + error.message : "";
    this.#parts["trouble-row"].hidden = !error;
  }

  close() {
    this.#state = "closed";
    this.#reading = null;
    this.#composer.close();
    this.#thread.close();
    this.chat.outbox.changed = () => {};
    this.root.remove();
  }

  /** Without a line nobody is heard typing, nor stopping. */
  down() {
    this.#typing.clear();
    this.#showTyping();
  }

  /** The line is there again; `isFresh`: not everything was told that happened meanwhile. */
  up(isFresh) {
    if (this.#state !== "shown") this.open(this.#place);
    else if (isFresh) this.open(this.#place ?? this.#thread.place());
    else (this.#again ?? (() => this.#thread.read()))();
    this.#thread.retry();
  }

  heard(message, isNew) {
    if (isNew) this.typing(message.sender_id, false);
    this.#apply(() => { this.chat.heard(message); this.#thread.put(message, isNew); });
  }

  reaction(data) { this.#apply(() => { this.chat.reaction(data); this.#thread.reaction(data); }); }

  receipts() { this.#thread.states(); }

  typing(userId, starts) {
    if (starts) this.#typing.add(userId);
    else this.#typing.delete(userId);
    this.#showTyping();
  }

  names() {
    const { chat } = this, { people } = this.#app;
    this.#parts["chat-name"].textContent = chat.title;
    const online = chat.others.map((member) => member.user_id).filter((id) => people.isOnline(id));
    const names = listed(online.map((id) => people.name(id)));
    this.#parts["chat-about"].replaceChildren(...(chat.type === "direct" ? [online.length ? "online" : "offline"]
      : [`${chat.member_count} members`, ...(names.length ? [", online: ", ...names] : [])]));
  }

  /** For an edit or an answer that begins at a message. */
  write() { this.#composer.focus(); }

  #show(page, place) {
    const isFirst = this.#state !== "shown";
    // Where the reader is by now is not to be changed under their hands.
    const at = document.activeElement;
    const mayFocus = at === document.body || at.dataset.chat === this.chat.id || this.root.contains(at);
    this.#enter("shown");
    this.#thread.fill(page, place);
    this.#news.splice(0).forEach((news) => news());
    this.#place = null;
    if (!isFirst) return;
    this.#composer.shown();
    if (!mayFocus || place || this.#parts.composer.contains(at)) return;
    // A phone would show its keyboard.
    if (isDesk()) this.#composer.focus();
    else this.#parts["chat-name"].focus({ preventScroll: true });
  }

  /** Does it now, and once more after a page that is on its way, which may be older. */
  #apply(news) {
    if (this.#state === "shown") news();
    if (this.#reading) this.#news.push(news);
  }

  #enter(state) {
    this.#state = state;
    for (const part of ["newest-row", "typing"]) this.#parts[part].hidden = state !== "shown";
    for (const part of ["scroll", "composer"]) this.#parts[part].hidden = state === "opening";
    this.#parts.opening.hidden = state !== "opening";
    if (state === "failed") this.#composer.shown();
    this.trouble(null);
  }

  #showTyping() {
    const ids = [...this.#typing];
    const verb = ids.length > 1 ? " are typing…" : " is typing…";
    this.#parts.typing.replaceChildren(...listed(ids.map((id) => this.#app.people.name(id))), ids.length ? verb : "");
  }
}
