// The composer of one view: shows the draft of its chat, and gives what is written to it.

import { button, isDesk, make, size, written } from "./dom.js";
import { Upload } from "./files.js";
import { name } from "./message.js";

const MOST_FILES = 10, TYPING = 3000;

export class Composer {
  #app; #view; #chat; #parts; #typedAt = 0;

  constructor(app, view, parts) {
    this.#app = app;
    this.#view = view;
    this.#chat = view.chat;
    this.#parts = parts;
    const { text } = parts;
    parts.composer.onsubmit = (event) => { event.preventDefault(); this.#submit(); };
    text.oninput = () => this.#typed();
    text.onkeydown = (event) => this.#key(event);
    text.onpaste = (event) => this.#pasted(event);
    parts.attach.onclick = () => parts.file.click();
    parts.file.onchange = () => { this.#attach(parts.file.files); parts.file.value = ""; };
    parts["stop-editing"].onclick = () => { this.#chat.draft.stop(); this.focus(); };
    view.root.ondrop = (event) => this.#attach(event.dataTransfer.files);
    this.#chat.draft.changed = () => this.#show();
    this.#show();
  }

  close() {
    this.#silent();
    this.#chat.draft.changed = () => {};
  }

  /** It is in sight now, and has a height only then. */
  shown() { this.#fit(); }

  focus() {
    const { text } = this.#parts;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  #show() {
    const { text, editing, notice, send, attached } = this.#parts, { draft } = this.#chat;
    // The cursor stays where it is unless the words are others; the box has its own way to end a line.
    if (text.value !== draft.text) text.value = draft.text;
    draft.text = text.value;
    text.readOnly = send.disabled = draft.isSaving;
    const { edited, answered } = draft;
    editing.hidden = !edited && !answered;
    editing.firstChild.replaceChildren(...(edited ? ["Editing a message"]
      : answered ? ["Answering a message of ", written(name(answered) || "somebody")] : []));
    editing.lastChild.textContent = edited ? "Cancel the edit" : "Cancel the answer";
    // Said once.
    if (notice.textContent !== draft.notice) notice.textContent = draft.notice;
    // Files wait where an edit is in their way.
    attached.hidden = this.#parts.attach.disabled = Boolean(edited);
    attached.replaceChildren(...draft.files.map((file) => this.#file(file)));
    this.#fit();
  }

  #file(file) {
    return make("li", {}, make("span", { class: "file" }, written(file.name), ` (${size(file.size)})`), file.state,
      button("Remove", () => this.#chat.draft.remove(file), { "aria-label": "Remove " + file.name }));
  }

  #fit() {
    const { text } = this.#parts;
    text.style.height = "auto";
    // Hidden, it has none.
    if (text.scrollHeight) text.style.height = text.scrollHeight + 2 + "px";
  }

  #key(event) {
    // Keys of an input method, by which words are chosen; 229 is what Safari says of the one that ends it.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && isDesk()) {
      event.preventDefault();
      this.#parts.composer.requestSubmit();
    } else if (event.key === "Escape" && !this.#parts.editing.hidden) this.#chat.draft.stop();
  }

  #typed() {
    const { draft } = this.#chat;
    draft.text = this.#parts.text.value;
    if (draft.notice) draft.say("");
    this.#fit();
    if (draft.edited) return;
    if (!draft.text) this.#silent();
    else if (Date.now() - this.#typedAt > TYPING) {
      this.#typedAt = Date.now();
      this.#app.socket.tell("typing:start", { chatId: this.#chat.id });
    }
  }

  #silent() {
    if (this.#typedAt) this.#app.socket.tell("typing:stop", { chatId: this.#chat.id });
    this.#typedAt = 0;
  }

  /** Pictures and files; office programs put a picture of the words beside the words. */
  #pasted(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.#attach(files);
  }

  #attach(files) {
    const { draft } = this.#chat, { max_attachment: most } = this.#app.limits;
    if (this.#parts.composer.hidden || draft.edited) return;
    const refused = [];
    for (const file of files) {
      if (draft.files.length >= MOST_FILES) {
        refused.push(`A message takes at most ${MOST_FILES} files.`);
        break;
      }
      if (file.size > most) refused.push(`${file.name} is larger than ${size(most)}.`);
      else draft.attach(new Upload(file, this.#app.token));
    }
    draft.say(refused.join(" "));
  }

  #submit() {
    const { draft, outbox } = this.#chat;
    if (draft.isSaving) return;
    const length = [...draft.text.trim()].length, { max_message_length: most } = this.#app.limits;
    if (length > most) return draft.say(`The message has ${length} characters; ${most} can be sent at most.`);
    if (draft.edited) return void this.#chat.saveEdit();
    if (!length && !draft.files.length) return;
    // The message ends the typing by itself.
    this.#typedAt = 0;
    outbox.add(draft.take());
    this.#view.reveal(null);
  }
}
