// Search in one's chats: words, newest first.

import { $, button, make, when } from "./dom.js";
import { name } from "./message.js";

export class Search {
  #app; #query = ""; #next = null; #count = 0;

  constructor(app) {
    this.#app = app;
    $("search-form").onsubmit = (event) => { event.preventDefault(); this.#begin($("query").value.trim()); };
    $("query").oninput = () => { if (!$("query").value) this.#close(); };
    $("close-search").onclick = () => { this.#close(); $("query").focus(); };
    $("more-results").onclick = () => this.#page();
  }

  #begin(query) {
    if (!query) return this.#close();
    this.#query = query;
    this.#next = null;
    this.#count = 0;
    $("results").replaceChildren();
    $("found").hidden = false;
    $("chats").hidden = true;
    return this.#page();
  }

  #close() {
    $("query").value = "";
    $("found").hidden = true;
    $("chats").hidden = false;
  }

  async #page() {
    const query = this.#query, after = this.#next;
    try {
      const answer = await this.#app.socket.ask("message:search", { query, limit: 20, ...(after && { after }) });
      if (query !== this.#query) return;
      this.#next = answer.next;
      this.#count += answer.results.length;
      $("results").append(...answer.results.map((result) => this.#item(result)));
      $("found-count").textContent = !this.#count ? "Nothing found"
        : `${this.#count}${this.#next ? " or more" : ""} found`;
    } catch (error) {
      $("found-count").textContent = error.message;
    }
    $("more-results").hidden = !this.#next;
  }

  #item({ message, snippet }) {
    const chat = this.#app.chats.get(message.chat_id);
    const item = button("", () => this.#app.open(message.chat_id, message.seq));
    item.replaceChildren(
      make("span", { class: "name" }, chat ? this.#app.chats.title(chat) : ""), when(message.created_at),
      make("span", { class: "last" }, name(message) + ": ", ...this.#marked(snippet)));
    return make("li", {}, item);
  }

  /** The server puts U+0002 and U+0003 around what was found. */
  #marked(snippet) {
    return snippet.split(/\u0002([^\u0003]*)\u0003/).map((part, index) => index % 2 ? make("mark", {}, part) : part);
  }
}
