// The week's grid by keyboard: arrows and Enter move, a block from a spreadsheet fills the fields from where it is pasted.

const form = document.getElementById("week");
const fields = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
const rows = () => [...form.querySelectorAll("tbody tr")].map(fields).filter((row) => row.length);

const place = (field) => {
  const all = rows();
  const y = all.findIndex((row) => row.includes(field));
  return { all, y, x: y < 0 ? -1 : all[y].indexOf(field) };
};

const mark = (field) => field.classList.toggle("changed", field.value !== field.defaultValue);

const go = (field) => { field?.focus(); field?.select(); };

form?.addEventListener("keydown", (event) => {
  if (!(event.target instanceof HTMLInputElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  const { all, x, y } = place(event.target);
  const { selectionStart: start, selectionEnd: end, value } = event.target;
  const whole = start === 0 && end === value.length;
  const to = {
    ArrowUp: () => all[y - 1]?.[x],
    ArrowDown: () => all[y + 1]?.[x],
    Enter: () => all[y + 1]?.[x] ?? all[0]?.[x + 1],
    ArrowLeft: () => (whole || start === 0 ? all[y][x - 1] : null),
    ArrowRight: () => (whole || end === value.length ? all[y][x + 1] : null),
  }[event.key]?.();
  if (to) {
    event.preventDefault();
    go(to);
  } else if (event.key === "Enter") event.preventDefault(); // a grid is sent by its button, not by a slip of the hand
});

form?.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!(event.target instanceof HTMLInputElement) || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const { all, x, y } = place(event.target);
  text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").forEach((line, down) => {
    line.split("\t").forEach((cell, right) => {
      const field = all[y + down]?.[x + right];
      if (!field || field.readOnly) return;
      field.value = cell.trim();
      mark(field);
    });
  });
});

form?.addEventListener("input", (event) => mark(event.target));

// What was typed is not lost by a click on a link.
let sent = false;
form?.addEventListener("submit", () => { sent = true; });
window.addEventListener("beforeunload", (event) => {
  if (!sent && form?.querySelector(".changed")) event.preventDefault();
});
