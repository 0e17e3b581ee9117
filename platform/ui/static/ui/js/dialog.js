// Popovers used as dialogs and sheets: the focus goes in when they open; on phones the page behind does not scroll.
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!(panel instanceof HTMLElement) || !panel.matches(".dialog[popover], .sheet[popover], .side[popover]")) return;
    const open = event.newState === "open";
    const phone = matchMedia("(width < 60rem)").matches;
    document.documentElement.style.overflow = open && phone ? "hidden" : "";
    if (open && !panel.contains(document.activeElement)) {
      panel.querySelector("[autofocus], input:not([type=hidden]), select, textarea, a, button")?.focus();
    }
  },
  true,
);
