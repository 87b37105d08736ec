// What was written in one chat and is not in it yet. Messages go one after the other, so that they keep their order;
// the clientId of each makes it count once, however often it is sent.

const WAIT = 2000;

export class Outbox {
  #app; #chat; #isSending = false;
  /** `{clientId, content, answered, files, state: "sending" | "refused", error, isLost}`, in the order written. */
  entries = [];
  /** Told of each change; set by the view that shows the chat. */
  changed = () => {};

  constructor(app, chat) {
    this.#app = app;
    this.#chat = chat;
  }

  add(written) {
    this.entries.push({ ...written, clientId: clientId(), state: "sending", error: "", isLost: false });
    this.#tell();
    this.#go();
  }

  /** After the line came back: what was not answered goes again, with files that were lost with the line. */
  retry() {
    this.entries.flatMap((entry) => entry.files).forEach((file) => file.retry());
    this.entries.filter((entry) => entry.isLost).forEach((entry) => this.again(entry));
    this.#go();
  }

  again(entry) {
    entry.files.filter((file) => file.error).forEach((file) => file.start());
    Object.assign(entry, { state: "sending", error: "", isLost: false });
    this.#tell();
    this.#go();
  }

  discard(entry) {
    entry.files.forEach((file) => file.cancel());
    this.take(entry);
  }

  take(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.#tell();
  }

  /** A message of one's own has come, by whatever way. */
  settle(message) {
    const entry = this.entries.find((other) => other.clientId === message.client_id);
    if (entry) this.take(entry);
  }

  async #go() {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let entry; (entry = this.entries.find((other) => other.state === "sending"));) {
        if (!(await this.#send(entry))) return;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** Sends one; false when there is no line, and all wait for it. */
  async #send(entry) {
    await Promise.all(entry.files.map((file) => file.done));
    if (!this.entries.includes(entry)) return true;
    const failed = entry.files.find((file) => file.error);
    if (failed) return this.#refuse(entry, `${failed.name}: ${failed.error}`, failed.isLost);
    let answer;
    try {
      answer = await this.#app.socket.ask("message:send", this.#message(entry));
    } catch (error) {
      if (!this.entries.includes(entry)) return true;
      if (!error.retryable) return this.#refuse(entry, error.message, false);
      if (!this.#app.socket.connected) return false;
      await new Promise((over) => setTimeout(over, error.retry_after_ms ?? WAIT));
      return true;
    }
    this.#app.heard(answer.message, true);
    return true;
  }

  #message({ content, clientId, answered, files }) {
    const isPicture = files.length > 0 && files.every((file) => file.uploaded.mime_type.startsWith("image/"));
    return {
      chatId: this.#chat.id, content, clientId,
      messageType: files.length ? (isPicture ? "image" : "file") : "text",
      ...(answered && { replyTo: answered.id }),
      ...(files.length && { attachmentIds: files.map((file) => file.uploaded.id) }),
    };
  }

  #tell() {
    this.changed();
    this.#app.chats.show(this.#chat);
  }

  #refuse(entry, error, isLost) {
    Object.assign(entry, { state: "refused", error, isLost });
    this.#tell();
    return true;
  }
}

/** `crypto.randomUUID` is there on secure pages only, and a server in one's own network often is none. */
function clientId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
