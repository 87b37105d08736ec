// Files: up with the token, down by a signed address, for images and links cannot carry a token.

import { BASE, button, make } from "./dom.js";

const addresses = new Map();

/** A file on its way up. It belongs to a draft, later to a message that is being sent, whatever chat is shown. */
export class Upload {
  #file; #token; #request = null;
  uploaded = null;
  error = "";
  isLost = false;
  /** How far it is, in words or as a bar; whoever shows the file puts it beside the name. */
  state = make("span", { class: "state" });

  constructor(file, token) {
    this.#file = file;
    this.#token = token;
    this.start();
  }

  get name() { return this.#file.name; }
  get size() { return this.#file.size; }

  /** Sends it; `done` is kept when it is up or has failed, and is never broken. */
  start() {
    this.error = "";
    this.isLost = false;
    this.done = this.#send();
  }

  /** After the line came back: what was lost with it goes up again. */
  retry() { if (this.isLost) this.start(); }

  cancel() { this.#request?.abort(); }

  async #send() {
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Upload of " + this.name });
    this.state.replaceChildren(bar);
    try {
      this.uploaded = await this.#post((share) => { bar.value = share; });
      this.state.replaceChildren("ready");
    } catch (error) {
      this.error = error.message;
      this.state.replaceChildren(error.message + " ",
        button("Try again", () => this.start(), { "aria-label": "Try again to upload " + this.name }));
    }
  }

  #post(progress) {
    const request = this.#request = new XMLHttpRequest();
    return new Promise((keep, fail) => {
      // Half of a surrogate pair, which a name may have on some systems, cannot stand in an address.
      const name = this.name.toWellFormed?.() ?? this.name;
      request.open("POST", new URL("files?name=" + encodeURIComponent(name), BASE));
      request.setRequestHeader("Authorization", "Bearer " + this.#token);
      request.setRequestHeader("Content-Type", this.#file.type || "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onerror = () => { this.isLost = true; fail(new Error("The connection was lost.")); };
      request.onabort = () => fail(new Error("It was cancelled."));
      request.onload = () => request.status === 201
        ? keep(request.response) : fail(new Error(request.response?.error?.message ?? "HTTP " + request.status));
      request.send(this.#file);
    });
  }
}

/** An address that works without a token; asked for anew when it is nearly over. */
export async function address(socket, id) {
  const known = addresses.get(id);
  if (known && new Date(known.expires_at) - Date.now() > 60000) return known.url;
  const answer = await socket.ask("file:url", { fileId: id });
  // The server need not know under which path a proxy shows it.
  const url = new URL(/files\/[^/?]+(\?.*)?$/.exec(answer.url)[0], BASE).href;
  addresses.set(id, { ...answer, url });
  return url;
}

export function forget(id) { addresses.delete(id); }
