// What is being written in one chat: words, files, and whether they answer or change a message. It stays with its chat;
// a composer shows it as long as the chat is shown.

export class Draft {
  #kept = null;
  text = "";
  notice = "";
  files = [];
  answered = null;
  edited = null;
  /** An edit was sent, and its answer is not there yet. */
  isSaving = false;
  /** Told of each change; set by the composer that shows the draft. */
  changed = () => {};

  get isEmpty() { return !this.text.trim() && !this.files.length && !this.answered && !this.edited; }

  say(words) {
    this.notice = words;
    this.changed();
  }

  /** The next words answer that message. */
  answer(message) {
    this.#end();
    this.answered = message;
    this.changed();
  }

  /** The words are those of a message until it is changed; what was begun before comes back then. */
  edit(message) {
    if (this.isSaving) return;
    this.#end();
    this.#kept = { text: this.text, answered: this.answered };
    [this.edited, this.answered, this.text] = [message, null, message.content];
    this.changed();
  }

  /** Neither changes nor answers a message any more. */
  stop() {
    if (this.edited) this.#end();
    else this.answered = null;
    this.notice = "";
    this.changed();
  }

  /** A message that was answered or changed may be gone meanwhile. */
  heard(message) {
    if (!message.deleted_at) return;
    if (this.edited?.id === message.id) this.#end();
    else if (this.answered?.id === message.id) this.answered = null;
    else return;
    this.say("That message was deleted.");
  }

  attach(upload) {
    this.files.push(upload);
    this.changed();
  }

  remove(upload) {
    upload.cancel();
    this.files = this.files.filter((other) => other !== upload);
    this.changed();
  }

  /** Gives what is to be sent; nothing is left, so that it cannot be sent twice. */
  take() {
    const { answered, files } = this, content = this.text.trim();
    [this.text, this.notice, this.answered, this.files] = ["", "", null, []];
    this.changed();
    return { content, answered, files };
  }

  /** Takes back what could not be sent, before what was begun since. */
  giveBack({ content, answered, files }) {
    this.#end();
    this.text = [content, this.text].filter(Boolean).join("\n");
    this.answered = answered ?? this.answered;
    this.files = [...files, ...this.files];
    this.changed();
  }

  #end() {
    if (!this.edited) return;
    [this.edited, this.text, this.answered] = [null, this.#kept.text, this.#kept.answered];
    this.#kept = null;
  }
}
