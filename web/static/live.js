// What goes on, for a page: `follow(hear)` calls `hear(items, changed)` with all things by name, and the names that
// changed (null: everything). Where the connection is lost the page says so, and greys what may be out of date.

const stale = document.getElementById("stale");
const sentence = stale?.textContent ?? "";
const zone = document.querySelector("[data-zone]")?.dataset.zone;

let offset = 0;

// The time by the server's clock, in seconds.
export const now = () => (Date.now() + offset) / 1000;

// A moment of the server as time of day in the hospital's zone.
export function clock(seconds) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(seconds * 1000));
}

// A length of time as people read it, as the server writes it too.
export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, left] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(left)}` : `${minutes}:${two(left)}`;
}

// `<time data-since="...">` counts up.
function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = length(now() - Number(time.dataset.since));
    if (time.textContent !== text) time.textContent = text;
  }
}

export function follow(hear) {
  const items = {};
  setInterval(tick, 1000);
  const take = (message) => {
    if (message.kind === "state") return show(message);
    if (message.whole) for (const name of Object.keys(items)) delete items[name];
    for (const [name, value] of Object.entries(message.items)) {
      if (value === null) delete items[name];
      else items[name] = value;
    }
    return hear(items, message.whole ? null : new Set(Object.keys(message.items)));
  };
  connect(take);
}

async function connect(take) {
  if ("SharedWorker" in window) {
    try {
      const worker = new SharedWorker(new URL("live-worker.js", import.meta.url), { type: "module", name: "live" });
      worker.port.onmessage = ({ data }) => take(data);
      worker.onerror = () => alone(take);
      addEventListener("pagehide", () => worker.port.postMessage("bye"));
      addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
      return;
    } catch { /* not allowed here: alone, then */ }
  }
  alone(take);
}

async function alone(take) {
  const { Source } = await import("./live-source.js");
  let source = null;
  // A browser has six connections to a server: a tab that nobody sees gives its own back.
  const look = () => {
    source?.end();
    source = document.hidden ? null : new Source(take);
  };
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => source?.end());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  look();
}

function show({ lost, out, asOf, offset: ahead }) {
  offset = ahead;
  const away = lost || out;
  for (const part of document.querySelectorAll("[data-live]")) part.classList.toggle("out-of-date", away);
  if (!stale) return;
  stale.hidden = !away;
  stale.textContent = away ? `${out ? stale.dataset.out ?? sentence : sentence} (${clock(asOf / 1000)})` : sentence;
}
