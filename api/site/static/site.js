// The little that htmx does not do: menus that close, and forms that ask as soon as they are changed.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.wg-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.wg-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
