// Who is who, and who is there.

export class People {
  #socket; #cards = new Map(); #online = new Map();

  constructor(socket) { this.#socket = socket; }

  learn(card) { if (card) this.#cards.set(card.id, card); }
  setStatus(id, status) { this.#online.set(id, status === "online"); }
  isOnline(id) { return this.#online.get(id) === true; }

  name(id) {
    const card = this.#cards.get(id);
    return card ? card.display_name || card.username : "somebody";
  }

  /** Asks for the names and the presence of those not known yet. */
  async load(ids) {
    const unknown = ids.filter((id) => !this.#cards.has(id));
    for (let start = 0; start < unknown.length; start += 200) {
      const { users } = await this.#socket.ask("user:get", { userIds: unknown.slice(start, start + 200) });
      users.forEach((card) => this.learn(card));
    }
    for (let start = 0; start < ids.length; start += 200) {
      const { users } = await this.#socket.ask("presence:get", { userIds: ids.slice(start, start + 200) });
      users.forEach((user) => this.setStatus(user.userId, user.status));
    }
  }
}
