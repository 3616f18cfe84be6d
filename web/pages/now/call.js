// The page of one call in progress: each time that something happens in it, its steps are asked for again.

import { follow } from "../live.js";

const page = document.getElementById("call");
const names = ["call", "far"].map((where) => `${where}:${page.dataset.call}`);
const form = document.getElementById("hang-up");
let seen = null;
let soon = null;

follow((items, changed) => {
  const call = items[names[0]] ?? items[names[1]];
  if (form) form.hidden = !call;
  const told = call ? JSON.stringify(call) : "";
  if (told === seen) return;
  seen = told;
  // What happens is written a moment after it is seen here.
  clearTimeout(soon);
  soon = setTimeout(() => page.dispatchEvent(new Event("changed")), 250);
});
