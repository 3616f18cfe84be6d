// Notices that are looked at: each time that any of them changes, what is shown is asked for again. Ticks stay.

import { follow } from "../live.js";

const shown = document.querySelector("[data-live]");
const many = document.getElementById("many");
let seen = shown?.dataset.mark;
let soon = null;

if (shown) follow((items) => {
  const mark = items.notices?.mark;
  if (mark === undefined || mark === seen) return;
  seen = mark;
  clearTimeout(soon);
  soon = setTimeout(() => shown.dispatchEvent(new Event("changed")), 250);
});

// Many at once

const boxes = () => [...document.querySelectorAll("input[name=notice]")];
let ticked = new Set();

function count() {
  if (!many) return;
  const chosen = boxes().filter((box) => box.checked).length;
  many.querySelector("output").textContent = chosen;
  many.querySelector("button").disabled = !chosen;
  const all = document.getElementById("tick-all");
  if (all) all.checked = chosen > 0 && chosen === boxes().length;
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "tick-all") for (const box of boxes()) box.checked = target.checked;
  count();
});
document.addEventListener("htmx:beforeSwap", () => {
  ticked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const box of boxes()) box.checked = ticked.has(box.value);
  count();
});
count();

// On paper nothing is folded.
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("main details")) fold.open = true; });
