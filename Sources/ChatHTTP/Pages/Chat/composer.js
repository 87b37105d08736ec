// Writing: messages, edits, answers, and files to send with them.

import { $, button, make, size } from "./dom.js";
import { upload } from "./files.js";

const MOST_FILES = 10;

export class Composer {
  #app; #token; #files = []; #edited = null; #answered = null; #typedAt = 0; #unsent = new Map();

  constructor(app, token) {
    this.#app = app;
    this.#token = token;
    $("composer").onsubmit = (event) => { event.preventDefault(); this.#submit(); };
    $("text").oninput = () => this.#typed();
    $("text").onkeydown = (event) => this.#key(event);
    $("text").onpaste = (event) => event.clipboardData.files.length && this.#add(event.clipboardData.files);
    $("attach").onclick = () => $("file").click();
    $("file").onchange = () => { this.#add($("file").files); $("file").value = ""; };
    $("stop-editing").onclick = () => this.clear();
    const chat = $("chat");
    chat.ondragover = (event) => event.preventDefault();
    chat.ondrop = (event) => { event.preventDefault(); this.#add(event.dataTransfer.files); };
  }

  edit(message) { this.#begin(message, null, message.content, "Editing a message "); }

  answer(message) { this.#begin(null, message, $("text").value, "Answering a message "); }

  #begin(edited, answered, text, label) {
    [this.#edited, this.#answered] = [edited, answered];
    $("editing").hidden = false;
    $("editing").firstChild.data = label;
    $("text").value = text;
    $("text").focus();
    this.#fit();
  }

  clear() {
    [this.#edited, this.#answered] = [null, null];
    $("editing").hidden = true;
    $("text").value = "";
    this.#say("");
    this.#fit();
  }

  /** After the line came back: what was not answered goes again; its clientId makes it count once. */
  retry() { for (const entry of this.#unsent.values()) this.#send(entry); }

  #say(text) { $("notice").textContent = text; }

  #fit() {
    $("text").style.height = "auto";
    $("text").style.height = $("text").scrollHeight + 2 + "px";
  }

  #key(event) {
    // A phone's keyboard has no other key for a new line.
    const hasMouse = matchMedia("(pointer: fine)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && hasMouse) {
      event.preventDefault();
      $("composer").requestSubmit();
    } else if (event.key === "Escape" && !$("editing").hidden) this.clear();
  }

  #typed() {
    this.#fit();
    const { chat } = this.#app.thread;
    if (!chat || this.#edited) return;
    if (!$("text").value) {
      this.#typedAt = 0;
      this.#app.socket.tell("typing:stop", { chatId: chat.id });
    } else if (Date.now() - this.#typedAt > 3000) {
      this.#typedAt = Date.now();
      this.#app.socket.tell("typing:start", { chatId: chat.id });
    }
  }

  // Files

  #add(files) {
    const { max_attachment: most } = this.#app.limits;
    for (const file of files) {
      if (this.#files.length >= MOST_FILES) return this.#say(`A message takes at most ${MOST_FILES} files.`);
      if (file.size > most) this.#say(`${file.name} is larger than ${size(most)}.`);
      else this.#upload(file);
    }
  }

  async #upload(file) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Upload of " + file.name });
    const entry = { name: file.name, uploaded: null, item: null };
    const { done, cancel } = upload(file, this.#token, (share) => { bar.value = share; });
    const remove = () => {
      cancel();
      this.#files = this.#files.filter((other) => other !== entry);
      entry.item.remove();
    };
    entry.item = make("li", {}, make("span", {}, `${file.name} (${size(file.size)})`), bar,
      button("Remove", remove, { "aria-label": "Remove " + file.name }));
    entry.done = done;
    this.#files.push(entry);
    $("attached").append(entry.item);
    try {
      entry.uploaded = await done;
      bar.replaceWith(make("span", { class: "state" }, "ready"));
    } catch (error) {
      if (!this.#files.includes(entry)) return;
      remove();
      this.#say(`${file.name} could not be sent: ${error.message}`);
    }
  }

  // Sending

  async #submit() {
    const { chat } = this.#app.thread, content = $("text").value.trim();
    this.#say("");
    if (this.#edited) return this.#saveEdit(this.#edited, content);
    const files = this.#files;
    if (!content && !files.length) return;
    $("send").disabled = true;
    try {
      await Promise.all(files.map((file) => file.done));
    } catch {
      // Said where it happened; the rest may be sent once more.
      return;
    } finally {
      $("send").disabled = false;
    }
    const uploaded = files.map((file) => file.uploaded ?? null).filter(Boolean);
    const images = uploaded.length > 0 && uploaded.every((file) => file.mime_type.startsWith("image/"));
    const entry = {
      chatId: chat.id, content, clientId: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2),
      messageType: uploaded.length ? (images ? "image" : "file") : "text", replyTo: this.#answered?.id,
      attachmentIds: uploaded.map((file) => file.id), names: uploaded.map((file) => file.name),
    };
    this.#files = [];
    $("attached").replaceChildren();
    this.#typedAt = 0;
    this.clear();
    this.#unsent.set(entry.clientId, entry);
    this.#app.thread.wait(entry);
    this.#send(entry);
  }

  async #send(entry) {
    const { chatId, content, clientId, messageType, replyTo, attachmentIds } = entry;
    try {
      const { message } = await this.#app.socket.ask("message:send", {
        chatId, content, clientId, messageType, ...(replyTo && { replyTo }),
        ...(attachmentIds.length && { attachmentIds }) });
      this.#unsent.delete(clientId);
      this.#app.heard(message, true);
      this.#app.thread.settle(clientId);
    } catch (error) {
      if (!this.#unsent.has(clientId)) return;
      if (error.retryable) {
        // Without a line it goes when the line is back.
        if (!this.#app.socket.connected) return;
        setTimeout(() => this.#unsent.has(clientId) && this.#send(entry), error.retry_after_ms ?? 2000);
        return;
      }
      this.#unsent.delete(clientId);
      this.#app.thread.settle(clientId);
      this.#say("It could not be sent: " + error.message);
      if (!$("text").value) $("text").value = content;
    }
  }

  async #saveEdit(message, content) {
    try {
      const answer = await this.#app.socket.ask("message:edit", {
        chatId: message.chat_id, messageId: message.id, content });
      this.clear();
      this.#app.heard(answer.message, false);
    } catch (error) {
      this.#say("It could not be changed: " + error.message);
    }
  }
}
