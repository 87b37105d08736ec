// Making elements: text is always text, never markup.

/** Where this page was loaded from: everything is asked for below it, for a proxy may have put it under a path. */
export const BASE = new URL("../", import.meta.url);

export const $ = (id) => document.getElementById(id);

/** A mouse, and so a keyboard; a phone shows its own when something is focused, and has no other key for a new line. */
export const isDesk = () => matchMedia("(pointer: fine)").matches;

/** An element with properties, `class`, attributes (names with a dash, `role`), and children: nodes, texts, nulls. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(label, action, properties = {}) {
  return make("button", { type: "button", onclick: action, ...properties }, label);
}

/** What people wrote amid words of the page: it keeps its own direction, and turns nothing beside it. */
export function written(text) { return make("bdi", {}, text); }

/** Names with commas between them. */
export function listed(names) { return names.flatMap((name, index) => [index ? ", " : "", written(name)]); }

// Made once: to look a language up costs more than all else about a message.
const CLOCK = new Intl.DateTimeFormat([], { timeStyle: "short" });
const CALENDAR = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" });

/** A time as people read it: the clock today, with the day before that. */
export function when(text) {
  const time = new Date(text), today = new Date().toDateString() === time.toDateString();
  return make("time", { class: "when", dateTime: text }, (today ? CLOCK : CALENDAR).format(time));
}

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

// What ends a web address: blanks, quotation marks, punctuation of scripts without blanks, and marks that would show
// its parts in another order than they are.
const MARKS = "\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const ENDS = `\\s<>"«»‘-‟${MARKS}\\u3000-\\u303f！-／：-＠［-｀｛-･`;
const ADDRESS = new RegExp(`(https?://[^${ENDS}]+[^${ENDS}.,;:!?)\\]}'])`);

/** The text with its web addresses as links. */
export function linked(text) {
  const parts = text.split(ADDRESS);
  return parts.map((part, index) => index % 2
    ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
}
