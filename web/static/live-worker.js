// One connection for all tabs of a browser: each tab is told what changes, and a new one first how things stand.

import { Source } from "./live-source.js";

const ports = new Set();
let source = null;

const tell = (message) => { for (const port of ports) port.postMessage(message); };

onconnect = (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data !== "bye") return;
    ports.delete(port);
    if (!ports.size) {
      source?.end();
      source = null;
    }
  };
  if (source === null) source = new Source(tell);
  else if (source.has) {
    port.postMessage({ kind: "items", items: source.items, whole: true });
    port.postMessage(source.state());
  }
};
