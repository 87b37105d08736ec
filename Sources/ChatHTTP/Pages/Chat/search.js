// Search in one's chats: words, newest first.

import { $, button, make, when, written } from "./dom.js";
import { name } from "./message.js";

export class Search {
  #app; #query = ""; #next = null; #count = 0; #asked = null;

  constructor(app) {
    this.#app = app;
    $("search-form").onsubmit = (event) => { event.preventDefault(); this.#begin($("query").value.trim()); };
    $("query").oninput = () => { if (!$("query").value) this.#close(); };
    $("close-search").onclick = () => { this.#close(); $("query").focus(); };
    $("more-results").onclick = () => this.#page();
  }

  #begin(query) {
    if (!query) return this.#close();
    [this.#query, this.#next, this.#count] = [query, null, 0];
    $("results").replaceChildren();
    $("found").hidden = false;
    $("chats").hidden = true;
    return this.#page();
  }

  #close() {
    this.#asked = null;
    $("query").value = "";
    $("found").hidden = true;
    $("chats").hidden = false;
  }

  /** The next results. An answer that comes after something else was asked for is not shown. */
  async #page() {
    const asked = this.#asked = {}, next = this.#next;
    $("more-results").disabled = true;
    $("found-count").textContent = "Searching…";
    let words, hasFailed = false;
    try {
      const answer = await this.#app.socket.ask("message:search", {
        query: this.#query, limit: 20, ...(next && { next }) });
      if (asked !== this.#asked) return;
      this.#next = answer.next;
      this.#count += answer.results.length;
      $("results").append(...answer.results.map((result) => this.#item(result)));
      words = !this.#count ? "Nothing found" : `${this.#count}${this.#next ? " or more" : ""} found`;
      if (answer.complete === false) words += "; older messages are still being indexed";
    } catch (error) {
      if (asked !== this.#asked) return;
      hasFailed = true;
      words = "The search failed. " + error.message;
    }
    $("found-count").textContent = words;
    $("more-results").hidden = !this.#next && !hasFailed;
    $("more-results").textContent = hasFailed ? "Try again" : "More results";
    $("more-results").disabled = false;
  }

  #item({ message, snippet }) {
    const chat = this.#app.chats.get(message.chat_id);
    const item = button("", () => this.#app.open(message.chat_id, { seq: message.seq, isHit: true }));
    item.replaceChildren(
      make("span", { class: "name", dir: "auto" }, chat ? chat.title : ""), when(message.created_at),
      make("span", { class: "last" }, written(name(message)), ": ", make("bdi", {}, ...this.#marked(snippet))));
    return make("li", {}, item);
  }

  /** The server puts U+0002 and U+0003 around what was found. */
  #marked(snippet) {
    return snippet.split(/\u0002([^\u0003]*)\u0003/).map((part, index) => index % 2 ? make("mark", {}, part) : part);
  }
}
