// The page *Now*: the server made it, what changes comes here. Words come with the page; what people and telephones
// say of themselves is text and never anything else.

import { clock, follow, length, now } from "../live.js";

const page = document.getElementById("now");
const words = JSON.parse(page.dataset.words);
const language = document.documentElement.lang;
const engineWords = document.getElementById("engine-words").dataset;

const field = (name, within = page) => within.querySelector(`[data-f="${name}"]`);
const write = (element, text) => { if (element && element.textContent !== String(text)) element.textContent = text; };
const show = (element, shown) => { if (element) element.hidden = !shown; };

function since(cell, moment) {
  const time = cell?.querySelector("time");
  if (!time) return;
  time.dataset.since = moment;
  write(time, length(now() - moment));
}

const badge = (element, kind) => { if (element) element.className = `badge ${kind ?? ""}`; };

let several = false;

function fillCall(row, call) {
  write(field("engine", row), call.engine);
  show(field("engine", row), several);
  const incoming = call.direction === "in";
  write(field("number", row), call.number || words.more.withheld);
  write(field("direction", row), `${words.directions[call.direction] ?? ""}${incoming ? ` ${call.dialled}` : ""}`);
  write(field("stage", row), words.stages[call.stage] ?? call.stage);
  badge(field("stage", row), words.kinds[call.stage]);
  write(field("company", row), `${words.company[call.company] ?? ""} ${call.party}`.trim());
  write(field("title", row), call.title + (call.step ? " › " : ""));
  write(field("step", row), call.step);
  write(field("words", row), call.words);
  field("words", row)?.setAttribute("lang", call.language);
  since(field("since", row), call.since);
  since(field("began", row), call.began);
  field("open", row)?.setAttribute("href", `/now/calls/${encodeURIComponent(call.id)}`);
}

function fillAlarm(row, alarm) {
  since(field("since", row), alarm.since);
  const named = [language, "en", "zh", ""].map((one) => alarm.whom[one]).find(Boolean);
  write(field("whom", row), named ?? alarm.ward);
  write(field("bed", row), alarm.bed ? `${words.more.bed} ${alarm.bed}` : "");
  write(field("kind", row), words.rules[alarm.kind] ?? alarm.kind);
  show(field("emergency", row), alarm.emergency);
  write(field("state", row), words.alarms[alarm.state] ?? alarm.state);
  write(field("target", row), alarm.target ? `${words.roles[alarm.role] ?? alarm.role} ${alarm.target}` : "–");
  write(field("attempts", row), alarm.attempts);
}

// A table holds just the things with such names, in the order of `by`; rows stay where they are if they can, so
// that nobody who reads or presses Tab loses his place.
function rows(body, template, items, beginning, by, fill) {
  if (!body) return 0;
  const wanted = Object.entries(items).filter(([name]) => beginning.test(name)).sort((a, b) => a[1][by] - b[1][by]);
  const there = new Map([...body.children].map((row) => [row.dataset.key, row]));
  let last = null;
  for (const [name, value] of wanted) {
    let row = there.get(name);
    if (row) there.delete(name);
    else {
      row = template.content.firstElementChild.cloneNode(true);
      row.dataset.key = name;
    }
    fill(row, value);
    const place = last ? last.nextElementSibling : body.firstElementChild;
    if (row !== place) body.insertBefore(row, place);
    last = row;
  }
  for (const row of there.values()) row.remove();
  return wanted.length;
}

function list(element, lines) {
  if (!element) return;
  while (element.children.length > lines.length) element.lastElementChild.remove();
  lines.forEach(([text, small], index) => {
    let line = element.children[index];
    if (!line) {
      line = element.appendChild(document.createElement("li"));
      line.append("", document.createElement("small"));
    }
    const told = line.querySelector("small");
    if (line.firstChild !== told && line.firstChild.data !== `${text} `) line.firstChild.data = `${text} `;
    write(told, small);
  });
}

function fill(items) {
  several = (items.engines?.of ?? []).length > 1;
  const calls = rows(document.getElementById("calls"), document.getElementById("call-row"), items, /^(call|far):/, "began", fillCall);
  write(field("calls-count"), calls);
  show(field("no-calls"), calls === 0);
  const alarms = rows(document.getElementById("alarms"), document.getElementById("alarm-row"), items, /^alarm:/, "since", fillAlarm);
  write(field("alarms-count"), alarms);
  show(field("alarms"), alarms > 0);
  show(field("no-alarms"), alarms === 0);
  show(field("alarms-more"), Boolean(items.alarms?.more));
  show(field("alarms-away"), Boolean(items.stale?.alarms));
  show(field("line-silent"), Boolean(items.stale?.line));
  for (const name of ["busy", "lines", "free"]) if (items.line) write(field(name), items.line[name]);
  if (items.engine) {
    write(field("engine"), items.engine.name);
    write(field("edition"), items.engine.edition);
  }
  if (items.senders) write(field("senders"), items.senders.connected);
  if (items.message) {
    const { at, type, state } = items.message;
    write(field("message-at"), at === null ? words.more.never : clock(at));
    write(field("message"), at === null ? "" : `${type}, ${words.messages[state] ?? state}`);
  }
  if (items.trunk) {
    const { fails, reached, failed, code } = items.trunk;
    write(field("trunk"), fails ? words.more.fails : reached ? words.more.answers : words.more.unused);
    write(field("trunk-at"), fails ? `${clock(failed)} (${code})` : reached ? clock(reached) : "");
    field("trunk-panel")?.classList.toggle("bad", fails);
  }
  list(document.getElementById("workers"), (items.workers?.of ?? []).map((one) => [
    `${one.name}: ${one.busy} / ${one.lines}`, words.health[one.health] ?? one.health]));
  list(document.getElementById("engines"), (items.engines?.of ?? []).map((one) => [
    `${one.name}: ${one.runs ? `${words.more.runs}, ${engineWords.calls} ${one.calls}` : words.more.silent}`,
    `${engineWords.edition} ${one.edition}`]));
}

follow(fill);
