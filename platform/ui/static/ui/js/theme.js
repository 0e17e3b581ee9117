// Light, dark, or what the system says: one button that turns to the other of what is shown, kept in the `theme` cookie,
// which the server reads so that the next page arrives in the right colors.
class SoukTheme extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.turn());
  }

  turn() {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const next = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    // Back to the system's own choice means having no opinion.
    const stored = next === system ? "" : next;
    if (stored) root.dataset.theme = stored;
    else delete root.dataset.theme;
    document.cookie = `theme=${stored}; path=/; max-age=${stored ? 31536000 : 0}; samesite=lax`;
  }
}

customElements.define("souk-theme", SoukTheme);
