// Rows with checkboxes: one box in the head checks all; [data-selected] shows how many; the bar appears with the first.
// <souk-selection><form>table … <div class="bulk" data-bulk>…<span data-selected></span>…</div></form></souk-selection>
class SoukSelection extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-all]")) for (const box of this.boxes) box.checked = event.target.checked;
      this.update();
    });
    this.update();
  }

  get boxes() {
    return [...this.querySelectorAll("tbody input[type=checkbox]")];
  }

  update() {
    const boxes = this.boxes;
    const checked = boxes.filter((box) => box.checked).length;
    const all = this.querySelector("[data-all]");
    if (all) {
      all.checked = checked > 0 && checked === boxes.length;
      all.indeterminate = checked > 0 && checked < boxes.length;
    }
    for (const bar of this.querySelectorAll("[data-bulk]")) bar.hidden = checked === 0;
    for (const label of this.querySelectorAll("[data-selected]")) label.textContent = `${checked} selected`;
  }
}

customElements.define("souk-selection", SoukSelection);
