// The editor of a file: CodeMirror in a shadow root (its styles are adopted sheets there, which the strict policy lets
// through), the draft kept at the server as one types, the checker's mistakes under the text.

import {
  EditorState, EditorView, HighlightStyle, autocompletion, basicSetup, indentUnit, keymap, lintGutter, lintKeymap,
  setDiagnostics, syntaxHighlighting, tags, yaml,
} from "../vendor/codemirror.js";

const PAUSE = 600; // ms after the last key
const form = document.getElementById("text");
const source = document.getElementById("source");
const host = document.getElementById("editor");
const kept = document.getElementById("kept");
const mistakes = document.getElementById("mistakes");
const beside = document.getElementById("beside");
const conflict = document.getElementById("conflict");
const rescued = document.getElementById("rescued");
const others = document.getElementById("others");
const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
const file = form.elements.file.value;
const base = Number(form.elements.base.value);
const place = `draft:${host.dataset.user}:${file}`;
const mayEdit = !source.readOnly;
const narrow = window.matchMedia("(max-width: 60rem)").matches;
let version = Number(form.elements.version.value);
let typedAt = 0, drawnAt = 0, keepTimer = 0, keeping = false, asked = 0, other = null;

const colours = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--raised)", border: "1px solid var(--edge)", height: "min(70vh, 46rem)" },
  "&.cm-focused": { outline: "2px solid var(--busy)" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: ".9rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--soft)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--sunk)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--busy-bg)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)" },
});
const words = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--busy)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--warn)" },
]);

async function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
  });
}

async function offers(context) {
  const at = context.state.doc.lineAt(context.pos);
  const before = at.text.slice(0, context.pos - at.from);
  if (!context.explicit && !/[\w.=]$/.test(before)) return null;
  const body = { file, text: context.state.doc.toString(), line: at.number, col: context.pos - at.from + 1 };
  const answer = await post("/flows/complete", body).catch(() => null);
  if (!answer?.ok || context.aborted) return null;
  const found = await answer.json();
  return {
    from: at.from + found.col - 1,
    options: found.offers.map((one) => ({
      label: one.word, type: { key: "property", step: "function", value: "constant" }[one.kind], info: one.about || undefined,
    })),
    validFor: /^[\w.=*#-]*$/,
  };
}

const shadow = host.attachShadow({ mode: "open" });
host.hidden = false;
source.hidden = true;
document.querySelector(".without-script")?.remove();
const view = new EditorView({
  root: shadow,
  parent: shadow,
  state: EditorState.create({
    doc: source.value,
    extensions: [
      basicSetup, yaml(), colours, syntaxHighlighting(words), lintGutter(), keymap.of(lintKeymap), indentUnit.of("  "),
      EditorState.readOnly.of(!mayEdit),
      narrow ? EditorView.lineWrapping : [],
      EditorView.contentAttributes.of({ "aria-label": host.dataset.label, tabindex: "0" }),
      autocompletion({ override: mayEdit ? [offers] : [] }),
      EditorView.updateListener.of((update) => { if (update.docChanged) typed(); }),
    ],
  }),
});
const text = () => view.state.doc.toString();

function says(word, kind) {
  kept.textContent = kept.dataset[word] ?? "";
  kept.className = `badge ${kind}`;
}

function typed() {
  typedAt += 1;
  if (!mayEdit) return;
  try { localStorage.setItem(place, text()); } catch { /* full, or forbidden: the server keeps it */ }
  clearTimeout(keepTimer);
  keepTimer = setTimeout(keep, PAUSE);
}

async function keep() {
  if (keeping || other) return;
  keeping = true;
  const at = typedAt;
  says("keeping", "");
  const answer = await post("/flows/draft", { file, text: text(), base, version }).catch(() => null);
  keeping = false;
  if (answer?.status === 409) {
    other = await answer.json();
    conflict.hidden = false;
    says("away", "bad");
    return;
  }
  if (!answer?.ok) {
    says("away", "bad");
    keepTimer = setTimeout(keep, 3000);
    return;
  }
  const told = await answer.json();
  version = told.version;
  others.hidden = !told.others.length;
  others.querySelector("span").textContent = told.others.map((one) => `${one.who} (${one.at})`).join(", ");
  if (at !== typedAt) { keepTimer = setTimeout(keep, PAUSE); return; }
  localStorage.removeItem(place);
  says("kept", "good");
  check();
}

// What is wrong

async function check() {
  const mine = ++asked;
  if (!mistakes.childElementCount) mistakes.textContent = mistakes.dataset.checking;
  const answer = await post("/flows/check", {}).catch(() => null);
  if (mine !== asked) return;
  if (!answer?.ok) { mistakes.textContent = mistakes.dataset.away; return; }
  const told = await answer.json();
  if (told.busy) { setTimeout(() => { if (mine === asked) check(); }, 700); return; }
  show(told.mistakes);
  if (typedAt !== drawnAt && told.mistakes.every((one) => one.warning)) {
    drawnAt = typedAt;
    shown()?.click();
  }
}

// The picture and the texts follow what is typed; a call that is being tried goes on as it is.
const shown = () => document.querySelector('#tabs a[aria-current][href*="/picture/"], #tabs a[aria-current][href*="/texts/"]');

function range(one) {
  const line = view.state.doc.line(Math.min(Math.max(one.line, 1), view.state.doc.lines));
  const from = Math.min(line.from + one.col - 1, line.to);
  const word = /^[^\s,{}[\]]+/.exec(line.text.slice(from - line.from));
  const fix = one.fix && { from: line.from + one.fix.col - 1, to: Math.min(line.from + one.fix.end - 1, line.to), put: one.fix.put };
  return { from, to: Math.min(from + (word?.[0].length || 1), line.to), fix };
}

function put(fix) {
  view.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.put }, selection: { anchor: fix.from + fix.put.length } });
  view.focus();
}

function show(told) {
  const here = told.filter((one) => one.file === file).map((one) => ({ one, at: range(one) }));
  view.dispatch(setDiagnostics(view.state, here.map(({ one, at }) => ({
    from: at.from,
    to: at.to,
    severity: one.warning ? "warning" : "error",
    message: `${one.code} ${one.title}\n${one.remedy}\n${one.sentence}`,
    actions: at.fix ? [{ name: `${mistakes.dataset.put} ${at.fix.put || "·"}`, apply: () => put(range(one).fix) }] : [],
  }))));
  mistakes.replaceChildren();
  if (!told.length) { mistakes.textContent = mistakes.dataset.none; return; }
  const list = document.createElement("ol");
  for (const one of told) list.append(entry(one));
  mistakes.append(list);
}

function entry(one) {
  const row = document.createElement("li");
  row.className = one.warning ? "warn" : "bad";
  const link = document.createElement("a");
  const mine = one.file === file;
  link.href = mine ? "#editor" : `/flows/file/${encodeURI(one.file)}?line=${one.line}`;
  link.textContent = mine ? `${one.line}:${one.col}` : `${one.file}:${one.line}`;
  if (mine) link.addEventListener("click", (event) => { event.preventDefault(); goTo(one.line, one.col); });
  const code = document.createElement("code");
  code.textContent = one.code;
  const title = document.createElement("strong");
  title.textContent = one.title;
  const exact = document.createElement("small");
  exact.lang = "en";
  exact.translate = false;
  exact.textContent = one.sentence;
  row.append(link, " ", code, " ", title, ` ${one.remedy} `, exact, " ");
  if (mine && one.fix && mayEdit) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fix";
    button.textContent = `${mistakes.dataset.put} ${one.fix.put || "·"}`;
    button.addEventListener("click", () => put(range(one).fix));
    row.append(button);
  }
  return row;
}

function goTo(number, col = 1) {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
  const at = Math.min(line.from + col - 1, line.to);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
}

// Beside the text: what it shows leads into the text

beside.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (link) {
    event.preventDefault();
    const flow = link.dataset.flow;
    if (flow && `${flow}.yaml` !== file) location.href = `/flows/file/${flow}.yaml?line=${link.dataset.goto}`;
    else goTo(Number(link.dataset.goto));
    return;
  }
  const frame = event.target.closest("[data-spots]");
  const box = event.target.closest("g.node");
  const spot = frame && box && JSON.parse(frame.dataset.spots)[box.id];
  if (spot?.[0]) { event.preventDefault(); goTo(spot[0]); }
});
document.getElementById("tabs").addEventListener("click", (event) => {
  for (const link of event.currentTarget.querySelectorAll("a")) link.removeAttribute("aria-current");
  event.target.closest("a")?.setAttribute("aria-current", "true");
});

beside.addEventListener("htmx:afterSettle", () => {
  const call = beside.querySelector(".transcript");
  if (call) call.scrollTop = call.scrollHeight;
});

// Two windows, and what never reached the server

conflict.addEventListener("click", (event) => {
  const choice = event.target.dataset.keep;
  if (!choice || !other) return;
  version = other.version;
  if (choice === "theirs" && other.text !== null) replace(other.text);
  other = null;
  conflict.hidden = true;
  keep();
});

function replace(whole) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: whole } });
}

const lost = mayEdit ? localStorage.getItem(place) : null;
if (lost !== null && lost !== text()) rescued.hidden = false;
rescued.addEventListener("click", (event) => {
  const choice = event.target.dataset.rescue;
  if (!choice) return;
  rescued.hidden = true;
  if (choice === "take") replace(lost);
  else localStorage.removeItem(place);
});
window.addEventListener("beforeunload", (event) => {
  if (mayEdit && localStorage.getItem(place) !== null && rescued.hidden && localStorage.getItem(place) === text()) {
    keep();
    event.preventDefault();
  }
});

if (Number(host.dataset.line)) goTo(Number(host.dataset.line));
check();
