// Makes elements, and never parses a text as HTML.

import { at } from "./base.js";

const ADDRESSES = ["href", "src"];
const SVG = "http://www.w3.org/2000/svg";

/** make("td", {class: "late"}, "text", child): on* are listeners; null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : placed(name, value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const placed = (name, value) => (ADDRESSES.includes(name) ? at(String(value)) : value);

/** A cell of a table: a short text stays on one line, a long one may break anywhere. */
export const reportCell = (text) => make("td", { class: text.length <= 24 ? "short" : "long" }, text);

/** Changes the page only if the text is different, so that 500 rows stay cheap. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined) return node.removeAttribute(name);
  const wanted = String(placed(name, value));
  if (node.getAttribute(name) !== wanted) node.setAttribute(name, wanted);
}

export const find = (selector, root = document) => root.querySelector(selector);
