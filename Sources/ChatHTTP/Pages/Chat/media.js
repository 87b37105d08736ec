// A file of a message: a picture that can be opened large, a recording that can be played, or something to save.

import { button, make, size } from "./dom.js";
import { address, forget } from "./files.js";

// What the server shows; everything else it gives to be saved.
const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/, RECORDINGS = /^(audio|video)\//;
const TRIES = 2, WAIT = 2000;

export class Media {
  #file; #socket; #view; #tries = 0; #isWaiting = false; #shown = null;

  constructor(file, socket, view) {
    [this.#file, this.#socket, this.#view] = [file, socket, view];
    this.element = make("div", { class: "file" }, this.#make());
    if (this.#shown) this.#loadWhenNear();
  }

  get id() { return this.#file.id; }

  /** After the line came back. */
  retry() { if (this.#isWaiting) this.#load(); }

  #make() {
    const { mime_type: type, name, width, height } = this.#file;
    if (PICTURES.test(type)) {
      const picture = this.#shown = make("img", { alt: name, width, height });
      // The room is kept before the picture is there, in its own proportions whatever the room is.
      if (width && height) {
        picture.style.setProperty("--width", width);
        picture.style.setProperty("--height", height);
      }
      return button(picture, () => this.#enlarge(), {
        class: "picture", "aria-label": "Open " + name, "aria-haspopup": "dialog" });
    }
    if (!RECORDINGS.test(type)) return this.#link();
    const kind = type.startsWith("audio/") ? "audio" : "video";
    this.#shown = make(kind, { controls: true, preload: "metadata", "aria-label": name, playsInline: true });
    return make("div", { class: "recording" }, this.#shown, this.#link());
  }

  /** A page of messages may have hundreds of files: their addresses are asked for as they come near. */
  #loadWhenNear() {
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      this.#load();
    }, { root: this.#view.root.querySelector("#scroll"), rootMargin: "600px 0px" });
    near.observe(this.element);
  }

  async #load() {
    const shown = this.#shown;
    this.#isWaiting = false;
    // Its address may be over by the time it is looked at, or played.
    shown.onerror = () => {
      forget(this.id);
      if (this.#tries++ < TRIES) this.#load();
      else this.element.replaceChildren(this.#link());
    };
    try {
      shown.src = await address(this.#socket, this.id);
    } catch (error) {
      if (!error.retryable) this.element.replaceChildren(this.#link());
      else if (!this.#socket.connected) this.#isWaiting = true;
      else setTimeout(() => this.element.isConnected && this.#load(), error.retry_after_ms ?? WAIT);
    }
  }

  #link() {
    const { name, size: bytes } = this.#file;
    const save = async () => {
      try {
        make("a", { href: await address(this.#socket, this.id), download: name }).click();
      } catch (error) {
        this.#view.chat.draft.say(`${name} could not be saved: ${error.message}`);
      }
    };
    const link = button(make("bdi", {}, name), save, { "aria-label": `Download ${name}, ${size(bytes)}` });
    link.append(` (${size(bytes)})`);
    return link;
  }

  /** The picture as large as the window, above everything; Escape and a click beside it end that, and the focus is
      where it was. It belongs to the view, and goes with it. */
  async #enlarge() {
    if (this.#view.root.querySelector("dialog")) return;
    const { name } = this.#file;
    const picture = make("img", { alt: name, src: this.#shown.src });
    const link = make("a", { href: this.#shown.src, target: "_blank", rel: "noopener noreferrer" }, "Open the file");
    const close = button("Close", () => dialog.close(), { autofocus: true });
    const dialog = make("dialog", { class: "large", "aria-label": name },
      make("header", {}, make("bdi", {}, name), link, close), picture);
    dialog.onclose = () => dialog.remove();
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    this.#view.root.append(dialog);
    dialog.showModal();
    try {
      const url = link.href = await address(this.#socket, this.id);
      if (picture.src !== url) picture.src = url;
    } catch {
      // Without a line: the picture that is there is shown.
    }
  }
}
