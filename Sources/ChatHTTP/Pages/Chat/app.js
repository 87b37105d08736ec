// Parley's chat page: signs in, and gives what the server tells to those who show it.

import { Chats } from "./chats.js";
import { $ } from "./dom.js";
import { People } from "./people.js";
import { Search } from "./search.js";
import { Socket } from "./socket.js";
import { View } from "./view.js";

const STORED = "parley.token";

class App {
  #isLoaded = false; #isLoading = false; #isStale = false;
  me = null;
  limits = { max_attachment: 0, max_message_length: 0 };
  /** What is shown of the open chat. */
  view = null;
  act = {
    react: (message, emoji, remove) => this.#attempt("message:react", message, { emoji, remove }),
    remove: (message) => confirm("Delete this message for everybody?") && this.#attempt("message:delete", message, {}),
  };

  constructor(token) {
    this.token = token;
    this.socket = new Socket(token);
    this.people = new People(this.socket);
    this.chats = new Chats(this);
    this.search = new Search(this);
    this.socket.addEventListener("up", ({ detail }) => this.#up(detail.recovered));
    this.socket.addEventListener("down", () => { this.#line("Connecting…"); this.view?.down(); });
    this.socket.addEventListener("refused", ({ detail }) => signOut(detail.message));
    this.socket.addEventListener("event", ({ detail }) => this.#event(detail.name, detail.data));
    $("sign-out").onclick = () => { this.socket.close(); signOut(""); };
    $("load-again").onclick = () => this.#up(false);
    $("to-list").onclick = () => this.#showList();
    // A file that misses the open chat must not replace the page.
    for (const name of ["dragover", "drop"]) {
      addEventListener(name, (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    }
    this.#line("Connecting…");
    this.socket.open();
  }

  /** Shows a chat, at its end or at a place `{seq, isHit}`. */
  open(id, place = null) {
    const chat = this.chats.get(id);
    $("app").classList.add("open");
    if (!chat) return this.#close("You are no longer in that chat.");
    if (this.view?.chat === chat) return this.view.choose(place);
    this.view?.close();
    this.view = new View(this, chat);
    $("no-view").hidden = true;
    $("chat").append(this.view.root);
    this.chats.show();
    return this.view.open(place);
  }

  /** From a chat to the list, where a phone shows one at a time. */
  back() {
    const { id } = this.view.chat;
    this.#close("Choose a chat.");
    this.#showList(id);
  }

  #showList(id = null) {
    $("app").classList.remove("open");
    [...$("chats").querySelectorAll("button")].find((item) => item.dataset.chat === id)?.focus();
  }

  /** A message as it now is. */
  heard(message, isNew) {
    this.people.learn(message.sender);
    this.chats.message(message, isNew);
    this.#viewOf(message.chat_id)?.heard(message, isNew);
  }

  /** The view, if that chat is open. */
  #viewOf(chatId) { return this.view?.chat.id === chatId ? this.view : null; }

  #close(words) {
    this.view?.close();
    this.view = null;
    $("no-chat").textContent = words;
    $("no-view").hidden = false;
    this.chats.show();
  }

  #line(text) { $("line").textContent = text; }

  async #attempt(event, message, fields) {
    try {
      const answer = await this.socket.ask(event, { chatId: message.chat_id, messageId: message.id, ...fields });
      if (answer.message) this.heard(answer.message, false);
    } catch (error) {
      this.chats.get(message.chat_id)?.draft.say(error.message);
    }
  }

  /** The line is there. What was missed comes by itself when the session was recovered; else all is read anew. */
  async #up(recovered) {
    // Also if that was begun before, and the line went again meanwhile: this recovery knows only of the last pause.
    const isFresh = !recovered || !this.#isLoaded;
    this.#isLoaded = !isFresh || await this.#load(true);
    if (!this.socket.connected) return;
    this.#line("Connected");
    if (!this.#isLoaded) return;
    this.view?.up(isFresh);
    this.chats.retry();
  }

  /** Reads the list of chats; false where that failed, which is said above it. */
  async #load(isFresh) {
    this.#isLoading = true;
    this.#isStale = false;
    try {
      // The answer comes after `session:ready`, which says who one is.
      await this.chats.load(isFresh);
      this.#failed("");
    } catch (error) {
      // What was asked for in vain is asked for with everything else, however well the line comes back.
      this.#isLoaded = false;
      this.#failed(`The chats could not be loaded. ${error.message}`);
      return false;
    } finally {
      this.#isLoading = false;
    }
    $("me").textContent = this.people.name(this.me.id);
    const { chat } = this.view ?? {};
    if (chat && !chat.isListed) this.#left(chat);
    else this.view?.names();
    if (this.#isStale) return this.#load(false);
    return true;
  }

  #failed(words) {
    $("load-failed").textContent = words;
    $("load-row").hidden = !words;
  }

  /** Something about the list changed. What changes while it is being read is read once more, however much it is. */
  #reload() {
    if (this.#isLoading) this.#isStale = true;
    else this.#load(false);
  }

  #left(chat) { this.#close(`You are no longer in “${chat.title}”.`); }

  #event(name, data) {
    switch (name) {
      case "session:ready":
        this.me = data.user;
        this.limits = data.limits;
        this.people.learn(data.user);
        return;
      case "session:ended":
        return data.reconnect ? undefined : (this.socket.close(), signOut(data.message));
      case "message:new": return this.heard(data, true);
      case "message:updated":
      case "message:deleted": return this.heard(data, false);
      case "message:reaction":
        this.chats.get(data.chatId)?.reaction(data);
        return this.#viewOf(data.chatId)?.reaction(data);
      case "message:read":
      case "message:delivered": return this.#receipt(name, data);
      case "typing:start": return this.#viewOf(data.chatId)?.typing(data.userId, true);
      case "typing:stop": return this.#viewOf(data.chatId)?.typing(data.userId, false);
      case "user:status":
        this.people.setStatus(data.userId, data.status);
        return this.#names();
      case "user:updated":
        this.people.learn(data.user);
        return this.#names();
      case "chat:updated":
        this.chats.get(data.chat.id)?.update(data.chat);
        return this.#names();
      case "chat:added":
      case "chat:member-added":
      case "chat:member-removed": return this.#reload();
      case "chat:removed": {
        const view = this.#viewOf(data.chatId);
        this.chats.removed(data.chatId);
        return view ? this.#left(view.chat) : undefined;
      }
      // `error` tells of what needs no answer: a receipt or typing that came too fast is no news to anybody.
    }
  }

  #receipt(name, data) {
    const chat = this.chats.get(data.chatId);
    if (!chat) return;
    chat.receipt(name, data);
    this.chats.show(chat);
    this.#viewOf(chat.id)?.receipts();
  }

  #names() {
    if (!this.me) return;
    $("me").textContent = this.people.name(this.me.id);
    this.chats.show();
    this.view?.names();
  }
}

function signOut(why) {
  sessionStorage.removeItem(STORED);
  sessionStorage.setItem("parley.notice", why);
  // A new page has nothing of the old session in it.
  location.replace(location.pathname);
}

function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(STORED, given.trim());
    // Not to be left in the address, nor in the history.
    history.replaceState(null, "", location.pathname);
  }
  const token = sessionStorage.getItem(STORED);
  if (token) {
    $("app").hidden = false;
    return new App(token);
  }
  $("sign-in").hidden = false;
  $("sign-in-notice").textContent = sessionStorage.getItem("parley.notice") ?? "";
  sessionStorage.removeItem("parley.notice");
  $("sign-in-form").onsubmit = (event) => {
    event.preventDefault();
    sessionStorage.setItem(STORED, $("token").value.trim());
    location.reload();
  };
}

start();
