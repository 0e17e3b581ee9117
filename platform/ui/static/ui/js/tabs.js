// Sections under links to them become tabs: <souk-tabs><div class="tabs"><a href="#a">…</div><section id="a">…</souk-tabs>.
// Without scripts they are a list of links with all sections below.
class SoukTabs extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector(".tabs");
    list.setAttribute("role", "tablist");
    this.tabs = [...list.querySelectorAll("a")];
    this.panels = this.tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
    this.tabs.forEach((tab, position) => {
      const panel = this.panels[position];
      tab.id ||= `${panel.id}-tab`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        this.show(position);
      });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = (position + step + this.tabs.length) % this.tabs.length;
        this.show(next);
        this.tabs[next].focus();
      });
    });
    const linked = this.tabs.findIndex((tab) => tab.hash === location.hash);
    this.show(Math.max(linked, 0));
  }

  show(shown) {
    this.tabs.forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === shown));
      tab.tabIndex = position === shown ? 0 : -1;
      this.panels[position].hidden = position !== shown;
    });
  }
}

customElements.define("souk-tabs", SoukTabs);
