// The messages of one view: a stretch of the chat's history that grows upwards, and downwards while it is not at the
// end.

import { Item, unsent } from "./message.js";

const PAGE = 50, NEAR = 300;
// At the end of a busy chat the oldest go: they can be scrolled to.
const MOST = 600, KEPT = 300;

export class Thread {
  #app; #view; #parts; #items = new Map(); #seqs = []; #unsent = []; #hasOlder = false; #atEnd = true;
  #sticks = true; #top = 0; #growing = 0; #fills = 0; #ends = new AbortController(); #sizes;

  constructor(app, view, parts) {
    this.#app = app;
    this.#view = view;
    this.#parts = parts;
    const until = { signal: this.#ends.signal };
    parts.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true, ...until });
    parts.newest.onclick = () => view.open();
    document.addEventListener("visibilitychange", () => this.read(), until);
    // Whoever stands at the end stays there: when messages and pictures come, the box grows, or a phone shows its
    // keyboard. Once a frame: to scroll at each message would lay out the log for each.
    this.#sizes = new ResizeObserver(() => this.#sticks && this.#toEnd());
    this.#sizes.observe(parts.log);
    this.#sizes.observe(parts.scroll);
  }

  close() {
    this.#ends.abort();
    this.#sizes.disconnect();
  }

  /** Asks for the messages at the end, or around a place. */
  ask(place) { return this.#page(place ? { around: place.seq } : {}); }

  /** Shows these messages, and no others. */
  fill(page, place) {
    const before = this.#items;
    [this.#items, this.#seqs, this.#fills] = [new Map(), [], this.#fills + 1];
    const seqs = page.messages.map((message) => message.seq);
    this.#atEnd = !place || (seqs.at(-1) ?? 0) >= this.#view.chat.last_seq;
    this.#hasOlder = place ? (seqs[0] ?? 1) > 1 : page.has_more;
    this.#busy(() => {
      this.#parts.log.replaceChildren();
      page.messages.forEach((message) => this.#put(message, before.get(message.seq)));
      this.unsent();
    });
    this.#edges();
    if (!place) this.#toEnd();
    else this.#mark(place);
    this.read();
    this.#scrolled();
  }

  /** Where the reader is: to read anew there. */
  place() {
    if (this.#sticks) return null;
    const top = this.#parts.scroll.getBoundingClientRect().top;
    const seq = this.#seqs.find((other) => this.#items.get(other).element.getBoundingClientRect().bottom > top);
    return seq ? { seq, isHit: false } : null;
  }

  /** Scrolls to a message and marks it, loading it first if need be; to the end without one. */
  reveal(place) {
    if (place ? !this.#items.has(place.seq) : !this.#atEnd) return void this.#view.open(place);
    if (place) this.#mark(place);
    else this.#toEnd();
  }

  /** A message came live, was edited, deleted or reacted to. */
  put(message, isNew) {
    const isKnown = this.#items.has(message.seq), last = this.#seqs.at(-1) ?? 0;
    // What is older than what is shown comes with its page.
    if (!isKnown && !(isNew && this.#atEnd && message.seq > (this.#hasOlder ? this.#seqs[0] : 0))) return;
    this.#put(message);
    if (!isKnown && last > 0 && message.seq > last + 1) this.#mend(last, message.seq);
    if (!isKnown && this.#sticks) this.#trim();
    else if (!isKnown && message.sender_id === this.#app.me.id) this.#toEnd();
    this.read();
  }

  reaction({ messageId, reactions }) {
    for (const item of this.#items.values()) {
      if (item.message.id === messageId) item.update({ ...item.message, reactions });
    }
  }

  /** Receipts: what stands under one's own messages. */
  states() { for (const item of this.#items.values()) item.showState(); }

  /** What is on its way, below what has come. */
  unsent() {
    this.#unsent.forEach((item) => item.remove());
    this.#unsent = this.#view.chat.outbox.entries.map((entry) => unsent(entry, this.#view));
    this.#parts.log.append(...this.#unsent);
  }

  /** After the line came back: pictures that could not be asked for. */
  retry() { for (const item of this.#items.values()) item.retry(); }

  /** Reads what is in sight, at the end. */
  read() {
    const { chat } = this.#view, last = this.#seqs.at(-1) ?? 0;
    if (last > chat.read_seq && this.#sticks && !document.hidden) chat.read(this.#items.get(last).message);
  }

  #page(range) {
    return this.#app.socket.ask("message:history", { chatId: this.#view.chat.id, limit: PAGE, ...range });
  }

  #put(message, before) {
    this.#app.people.learn(message.sender);
    const known = this.#items.get(message.seq);
    if (known) return known.update(message);
    // One that is shown already goes on: a recording that plays is not to stop because the line came back.
    const item = before?.message.id === message.id ? before : new Item(this.#app, this.#view);
    item.update(message);
    this.#items.set(message.seq, item);
    const at = this.#after(message.seq), next = this.#items.get(this.#seqs[at])?.element ?? this.#unsent[0];
    this.#seqs.splice(at, 0, message.seq);
    this.#parts.log.insertBefore(item.element, next?.isConnected ? next : null);
  }

  /** Which of the shown is the first after that one. */
  #after(seq) {
    let [low, high] = [0, this.#seqs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#seqs[middle] > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Live events may come after a gap: what lies between is asked for. */
  async #mend(after, before) {
    const fill = this.#fills;
    try {
      while (after + 1 < before) {
        const { messages } = await this.#page({ after, limit: 100 });
        // The log begins elsewhere now.
        if (fill !== this.#fills || !messages.length) return;
        for (const message of messages) if (message.seq < before) this.#put(message);
        after = messages.at(-1).seq;
      }
    } catch (error) {
      if (fill === this.#fills) this.#view.trouble(error, () => this.#mend(after, before));
    }
  }

  #trim() {
    if (this.#seqs.length <= MOST) return;
    for (const seq of this.#seqs.splice(0, this.#seqs.length - KEPT)) {
      this.#items.get(seq).element.remove();
      this.#items.delete(seq);
    }
    this.#hasOlder = true;
    this.#edges();
  }

  #mark({ seq, isHit }) {
    const item = this.#items.get(seq)?.element;
    if (!item) return;
    this.#parts.log.querySelector(".hit")?.classList.remove("hit");
    item.scrollIntoView({ block: isHit ? "center" : "start" });
    this.#sticks = this.#atEnd && this.#isAtBottom();
    if (!isHit) return;
    item.classList.add("hit");
    item.focus({ preventScroll: true });
  }

  #edges() {
    this.#parts.older.textContent = this.#hasOlder ? "Older messages load as you scroll up."
      : this.#seqs.length ? "This is the beginning." : "Nothing was written here yet.";
    this.#parts["newest-row"].hidden = this.#atEnd;
  }

  #isAtBottom() {
    const box = this.#parts.scroll;
    return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  }

  #toEnd() {
    const box = this.#parts.scroll;
    this.#sticks = this.#atEnd;
    box.scrollTop = box.scrollHeight;
    this.#top = box.scrollTop;
  }

  /** What is put in inside is not read aloud: it is no news. */
  #busy(body) {
    this.#parts.log.setAttribute("aria-busy", "true");
    body();
    requestAnimationFrame(() => this.#parts.log.removeAttribute("aria-busy"));
  }

  #scrolled() {
    const { scrollTop } = this.#parts.scroll;
    // Only who scrolls up leaves the end; a log that grew since the last frame is no reason.
    if (!this.#sticks || scrollTop < this.#top) this.#sticks = this.#atEnd && this.#isAtBottom();
    this.#top = scrollTop;
    this.read();
    this.#grow();
  }

  /** Loads the next page of that end of the log that is near. */
  async #grow() {
    const box = this.#parts.scroll, fill = this.#fills;
    const up = this.#hasOlder && box.scrollTop < NEAR;
    const down = !this.#atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (this.#growing === fill || !(up || down) || !this.#seqs.length) return;
    this.#growing = fill;
    try {
      const page = await this.#page(up ? { before: this.#seqs[0] } : { after: this.#seqs.at(-1) });
      if (fill !== this.#fills || this.#ends.signal.aborted) return;
      const height = box.scrollHeight, top = box.scrollTop;
      this.#busy(() => page.messages.forEach((message) => this.#put(message)));
      if (up) {
        this.#hasOlder = page.has_more;
        box.scrollTop = top + box.scrollHeight - height;
      // What was told since that page was read is not in it, and was not put in while this was not the end.
      } else this.#atEnd = !page.messages.length || this.#seqs.at(-1) >= this.#view.chat.last_seq;
      this.#edges();
      this.#view.trouble(null);
    } catch (error) {
      if (fill === this.#fills) this.#view.trouble(error, () => this.#grow());
      return;
    } finally {
      if (this.#growing === fill) this.#growing = 0;
    }
    // A page of short messages may not fill a tall window, which then cannot be scrolled.
    this.#grow();
  }
}
