// A message that goes by itself. It waits while it is pointed at or focused; bad news stays until it is closed.
const SECONDS = 6;

class SoukToast extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.addEventListener("click", () => this.remove());
    if (this.classList.contains("toast-bad")) return;
    this.start();
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => clearTimeout(this.timer));
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.start());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  start() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.remove(), SECONDS * 1000);
  }
}

customElements.define("souk-toast", SoukToast);
