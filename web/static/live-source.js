// What goes on, as the server tells it: a document of named things that is kept up to date. One for a browser
// (live-worker.js), or one for a page where there are no shared workers (live.js).

const SILENCE = 8000; // ms without a sign of life after which what is shown may be out of date; the server gives one in 5 s
const GIVE_UP = 15000; // ms after which a connection that says nothing is dropped for another one
const LONGEST = 10000; // ms between two tries

export class Source {
  // `tell(message)` hears {kind: "items", items, whole}, {kind: "state", lost, asOf, out, offset}.
  constructor(tell) {
    this.tell = tell;
    this.items = {};
    this.has = false;
    this.lastId = "";
    this.offset = 0; // ms by which the server's clock is ahead of ours
    this.heard = Date.now();
    this.lost = false;
    this.out = false;
    this.wait = 500;
    this.open();
    this.watchdog = setInterval(() => this.look(), 500);
  }

  open() {
    this.close();
    this.opened = Date.now();
    this.events = new EventSource(this.lastId ? `/live?last=${encodeURIComponent(this.lastId)}` : "/live");
    this.events.addEventListener("snapshot", (event) => {
      this.items = JSON.parse(event.data);
      this.has = true;
      this.hear(event);
      this.tell({ kind: "items", items: this.items, whole: true });
    });
    this.events.addEventListener("change", (event) => {
      const items = JSON.parse(event.data);
      for (const [name, value] of Object.entries(items)) {
        if (value === null) delete this.items[name];
        else this.items[name] = value;
      }
      this.hear(event);
      this.tell({ kind: "items", items, whole: false });
    });
    this.events.addEventListener("beat", (event) => {
      this.offset = JSON.parse(event.data).at * 1000 - Date.now();
      this.hear(event);
    });
    this.events.addEventListener("error", () => {
      if (this.events?.readyState === EventSource.CLOSED) this.again();
    });
  }

  hear(event) {
    this.lastId = event.lastEventId;
    this.heard = Date.now();
    this.wait = 500;
    if (this.lost || this.out || !this.told) {
      this.lost = this.out = false;
      this.told = true;
      this.say();
    }
  }

  // The browser tries again by itself when a connection breaks, but not after an answer that is none: then we do.
  again() {
    this.close();
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        const answer = await fetch("/live", { method: "HEAD", cache: "no-store" });
        if (answer.status === 401 && !this.out) {
          this.out = true;
          this.say();
        }
      } catch { /* nobody there: the next try will tell */ }
      this.open();
    }, this.wait);
    this.wait = Math.min(LONGEST, this.wait * 2);
  }

  look() {
    const silent = Date.now() - this.heard;
    if (silent > SILENCE && !this.lost) {
      this.lost = true;
      this.say();
    }
    if (silent > GIVE_UP && Date.now() - this.opened > GIVE_UP && this.events) this.open();
  }

  say() {
    this.tell(this.state());
  }

  state() {
    return { kind: "state", lost: this.lost, out: this.out, asOf: this.heard + this.offset, offset: this.offset };
  }

  close() {
    this.events?.close();
    this.events = null;
  }

  end() {
    clearInterval(this.watchdog);
    clearTimeout(this.timer);
    this.close();
  }
}
