// What every page does in the browser: the token with each request of htmx, the menu, forms that are sent once.

const token = document.querySelector('meta[name="csrf"]')?.content;

document.body.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRF-Token"] = token;
});

// An answer with an error is shown too, when it is a sentence of ours.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status >= 400 && status !== 401) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Beside the page where there is room, folded away where there is none.
const menu = document.getElementById("menu");
const wide = window.matchMedia("(min-width: 60rem)");
const fold = () => { if (menu) menu.open = wide.matches; };
wide.addEventListener("change", fold);
fold();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open && !wide.matches) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second click while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  }
});

// `data-confirm` asks before a form is sent.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    delete event.target.dataset.sent;
  }
}, { capture: true });

// `data-copy` copies its value: an address to send to somebody.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(new URL(button.dataset.copy, location.href).href);
  button.classList.add("done");
});
