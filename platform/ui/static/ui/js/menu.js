// A <details class="menu"> that closes like a menu: on Escape, on a click elsewhere, when the focus leaves.
class SoukMenu extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) this.details.open = false;
    });
    this.onOutside = (event) => {
      if (!this.contains(event.target)) this.details.open = false;
    };
    document.addEventListener("pointerdown", this.onOutside);
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.onOutside);
  }

  onKey(event) {
    if (event.key === "Escape" && this.details.open) {
      this.details.open = false;
      this.querySelector("summary").focus();
      event.stopPropagation();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.details.open = true;
    const items = [...this.querySelectorAll(".menu-item")];
    const now = items.indexOf(document.activeElement);
    items.at(now < 0 && step < 0 ? -1 : (now + step) % items.length)?.focus();
  }
}

customElements.define("souk-menu", SoukMenu);
