// A small Socket.IO v4 client over WebSocket (Engine.IO 4, Socket.IO 5), with what this page needs: events, acks,
// coming back by itself, and connection state recovery. Applications use the stock client; this one does no more.

import { BASE } from "./dom.js";

const OPEN = "0", PING = "2", PONG = "3", MESSAGE = "4";
const CONNECT = "0", DISCONNECT = "1", EVENT = "2", ACK = "3", CONNECT_ERROR = "4";
const FIRST_WAIT = 500, LONGEST_WAIT = 8000, ACK_WAIT = 20000;

/** As the server's own refusals. */
const unavailable = (message) => ({ code: "unavailable", message, retryable: true });

export class Socket extends EventTarget {
  #token; #web = null; #acks = new Map(); #nextAck = 0; #pid = null; #offset = null; #attempts = 0; #timer = null;
  #watch = null; #silence = 60000; #stopped = true;
  connected = false;

  constructor(token) {
    super();
    this.#token = token;
    // A phone that wakes up, or a line that is back, need not wait for a timer.
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  open() {
    this.#stopped = false;
    clearTimeout(this.#timer);
    const address = new URL("socket.io/?EIO=4&transport=websocket", BASE);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const web = new WebSocket(address);
    this.#web = web;
    web.onmessage = (event) => this.#web === web && typeof event.data === "string" && this.#packet(event.data);
    web.onclose = () => this.#web === web && this.#lost();
    this.#hear();
  }

  /** Ends it for good. */
  close() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    if (this.connected) this.#web.send(MESSAGE + DISCONNECT);
    this.#web?.close();
    this.#web = null;
    this.#down();
  }

  /** Sends an event; the promise is kept with the members of the ack, or broken with its error. */
  ask(event, data) {
    if (!this.connected) return Promise.reject(unavailable("There is no connection."));
    const id = this.#nextAck++;
    this.#web.send(MESSAGE + EVENT + id + JSON.stringify([event, data]));
    return new Promise((keep, fail) => {
      const timer = setTimeout(() => this.#answer(id, unavailable("No answer came.")), ACK_WAIT);
      this.#acks.set(id, { keep, fail, timer });
    });
  }

  /** Sends an event that needs no answer. */
  tell(event, data) {
    if (this.connected) this.#web.send(MESSAGE + EVENT + JSON.stringify([event, data]));
  }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  #packet(text) {
    this.#hear();
    switch (text[0]) {
      case OPEN: {
        const { pingInterval, pingTimeout } = JSON.parse(text.slice(1));
        this.#silence = pingInterval + pingTimeout;
        const auth = { token: this.#token, ...(this.#pid && { pid: this.#pid, offset: this.#offset }) };
        this.#web.send(MESSAGE + CONNECT + JSON.stringify(auth));
        return;
      }
      case PING: return this.#web.send(PONG);
      case MESSAGE: return this.#message(text[1], text.slice(2));
    }
  }

  #message(type, rest) {
    const [, id, json] = /^(\d*)(.*)$/s.exec(rest);
    const data = json ? JSON.parse(json) : null;
    switch (type) {
      case CONNECT: {
        const recovered = this.#pid !== null && data.pid === this.#pid;
        this.#pid = data.pid ?? null;
        this.#attempts = 0;
        this.connected = true;
        return this.#emit("up", { recovered });
      }
      case CONNECT_ERROR: {
        // Refused by name: coming back would not help, but where the server only cannot now.
        if (["unavailable", "internal"].includes(data.data?.code)) return this.#web.close();
        this.close();
        return this.#emit("refused", { code: data.data?.code, message: data.message });
      }
      case DISCONNECT: return this.close();
      case ACK: return this.#answer(Number(id), data[0].ok ? null : data[0].error, data[0]);
      case EVENT: {
        const [name, ...values] = data;
        if (typeof values.at(-1) === "string") this.#offset = values.at(-1);
        return this.#emit("event", { name, data: values[0] });
      }
    }
  }

  #answer(id, error, data) {
    const ack = this.#acks.get(id);
    if (!ack) return;
    this.#acks.delete(id);
    clearTimeout(ack.timer);
    error ? ack.fail(error) : ack.keep(data);
  }

  /** A server that pings no more is gone, whatever the line says. */
  #hear() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => { this.#web?.close(); this.#lost(); }, this.#silence);
  }

  #down() {
    const was = this.connected;
    this.connected = false;
    for (const id of [...this.#acks.keys()]) {
      this.#answer(id, unavailable("The connection was lost."));
    }
    if (was) this.#emit("down");
  }

  #lost() {
    clearTimeout(this.#watch);
    this.#web = null;
    this.#down();
    if (this.#stopped) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++);
    this.#timer = setTimeout(() => this.open(), wait / 2 + Math.random() * wait / 2);
  }

  #hurry() {
    if (this.#stopped || this.#web) return;
    this.#attempts = 0;
    this.open();
  }
}
