// Parley's chat page: signs in, and gives what the server tells to those who show it.

import { Chats } from "./chats.js";
import { Composer } from "./composer.js";
import { $ } from "./dom.js";
import { People } from "./people.js";
import { Search } from "./search.js";
import { Socket } from "./socket.js";
import { Thread } from "./thread.js";

const STORED = "parley.token";

class App {
  #token; #isLoaded = false;
  me = null;
  limits = { max_attachment: 0 };

  constructor(token) {
    this.#token = token;
    this.socket = new Socket(token);
    this.people = new People(this.socket);
    this.chats = new Chats(this);
    this.thread = new Thread(this);
    this.composer = new Composer(this, token);
    this.search = new Search(this);
    this.act = {
      react: (message, emoji, remove) => this.#attempt("message:react", message, { emoji, remove }),
      edit: (message) => this.composer.edit(message),
      reply: (message) => this.composer.answer(message),
      remove: (message) => confirm("Delete this message for everybody?")
        && this.#attempt("message:delete", message, {}),
      show: (seq) => this.thread.reveal(seq).catch((error) => this.#say(error.message)),
    };
    this.socket.addEventListener("up", ({ detail }) => this.#up(detail.recovered));
    this.socket.addEventListener("down", () => this.#line("Connecting…"));
    this.socket.addEventListener("refused", ({ detail }) => signOut(detail.message));
    this.socket.addEventListener("event", ({ detail }) => this.#event(detail.name, detail.data));
    $("sign-out").onclick = () => { this.socket.close(); signOut(""); };
    $("back").onclick = () => this.#back();
    this.#line("Connecting…");
    this.socket.open();
  }

  /** Shows a chat, at its end or around a message. */
  async open(id, around = null) {
    const chat = this.chats.get(id);
    if (!chat) return;
    $("app").classList.add("open");
    if (this.thread.chat !== chat) this.composer.clear();
    try {
      await this.thread.open(chat, around);
      this.chats.show();
      if (around === null && matchMedia("(pointer: fine)").matches) $("text").focus();
    } catch (error) {
      this.#say(error.message);
    }
  }

  /** A message as it now is. */
  heard(message, isNew) {
    this.people.learn(message.sender);
    this.chats.message(message, isNew);
    return this.thread.put(message, isNew);
  }

  #back() {
    $("app").classList.remove("open");
    this.thread.close();
    this.chats.show();
  }

  #line(text) { $("line").textContent = text; }

  #say(text) { $("notice").textContent = text; }

  async #attempt(event, message, fields) {
    try {
      const answer = await this.socket.ask(event, { chatId: message.chat_id, messageId: message.id, ...fields });
      if (answer.message) this.heard(answer.message, false);
    } catch (error) {
      this.#say(error.message);
    }
  }

  /** The line is there. What was missed comes by itself when the session was recovered; else all is read anew. */
  async #up(recovered) {
    try {
      if (!recovered || !this.#isLoaded) await this.#load();
      this.#line("Connected");
      this.composer.retry();
    } catch (error) {
      if (this.socket.connected) this.#line(error.message);
    }
  }

  async #load() {
    // The answer comes after `session:ready`, which says who one is.
    await this.chats.load();
    $("me").textContent = this.people.name(this.me.id);
    this.#isLoaded = true;
    if (!this.thread.chat) return;
    const chat = this.chats.get(this.thread.chat.id);
    if (chat) await this.thread.open(chat);
    else this.#back();
  }

  #event(name, data) {
    switch (name) {
      case "session:ready":
        this.me = data.user;
        this.limits = data.limits;
        this.people.learn(data.user);
        return;
      case "session:ended":
        return data.reconnect ? undefined : (this.socket.close(), signOut(data.message));
      case "message:new": return void this.heard(data, true);
      case "message:updated":
      case "message:deleted": return void this.heard(data, false);
      case "message:reaction": return this.thread.reaction(data);
      case "message:read":
      case "message:delivered":
        this.chats.receipt(name, data);
        return this.thread.chat?.id === data.chatId ? this.thread.states() : undefined;
      case "typing:start": return this.thread.typing(data, true);
      case "typing:stop": return this.thread.typing(data, false);
      case "user:status":
        this.people.setStatus(data.userId, data.status);
        return this.#names();
      case "user:updated":
        this.people.learn(data.user);
        return this.#names();
      case "chat:updated":
        this.chats.changed(data.chat);
        return this.#names();
      case "chat:added":
      case "chat:member-added":
      case "chat:member-removed":
        return void this.chats.load().then(() => this.#reopen()).catch(() => {});
      case "chat:removed":
        this.chats.removed(data.chatId);
        return this.thread.chat?.id === data.chatId ? this.#back() : undefined;
      case "error": return this.#say(data.message);
    }
  }

  /** The open chat as the list now has it. */
  #reopen() {
    const chat = this.thread.chat && this.chats.get(this.thread.chat.id);
    if (!chat) return;
    this.thread.chat = chat;
    this.thread.head();
  }

  #names() {
    if (!this.#isLoaded) return;
    this.chats.show();
    if (this.thread.chat) this.thread.head();
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
