// The letter is printed by a click; the browser keeps no copy to go back to.
document.getElementById("print")?.addEventListener("click", () => window.print());
