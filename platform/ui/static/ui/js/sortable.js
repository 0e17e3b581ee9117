// A list put in order by dragging its handles, or by the arrow keys on them. Each item holds a form[data-move] with an input
// "position" (1 is first), which is sent when the item has found its place; buttons that send it do the same without scripts.
class SoukSortable extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => {
      const item = this.itemOf(event.target.closest("[data-handle]"));
      if (item) item.draggable = true;
    });
    this.addEventListener("dragstart", (event) => {
      this.dragged = this.itemOf(event.target);
      this.dragged?.classList.add("rule--dragged");
      event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => {
      const over = this.itemOf(event.target);
      if (!this.dragged || !over) return;
      event.preventDefault();
      this.mark(over);
    });
    this.addEventListener("drop", (event) => {
      const over = this.itemOf(event.target);
      if (!this.dragged || !over || over === this.dragged) return;
      event.preventDefault();
      this.move(this.dragged, this.items.indexOf(over) + 1);
    });
    this.addEventListener("dragend", () => {
      this.mark(null);
      this.dragged?.classList.remove("rule--dragged");
      if (this.dragged) this.dragged.draggable = false;
      this.dragged = null;
    });
    this.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const item = event.target.closest("[data-handle]") && this.itemOf(event.target);
      if (!step || !item) return;
      event.preventDefault();
      const place = this.items.indexOf(item) + 1 + step;
      if (place >= 1 && place <= this.items.length) this.move(item, place);
    });
  }

  get items() {
    return [...this.querySelectorAll("[data-item]")];
  }

  itemOf(element) {
    return element?.closest?.("[data-item]") ?? null;
  }

  mark(item) {
    for (const each of this.items) each.classList.toggle("rule--over", each === item && each !== this.dragged);
  }

  move(item, place) {
    const form = item.querySelector("form[data-move]");
    form.elements.namedItem("position").value = place;
    form.requestSubmit();
  }
}

customElements.define("souk-sortable", SoukSortable);
