// Plus and minus around a number field; with data-submit the form is sent a moment after the last change.
class SoukQuantity extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    for (const button of this.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        this.input.stepUp(Number(button.dataset.step));
        this.input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    this.input.addEventListener("change", () => this.changed());
    this.limit();
  }

  changed() {
    this.limit();
    if (!("submit" in this.dataset) || !this.input.checkValidity()) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.input.form?.requestSubmit(), 450);
  }

  limit() {
    const value = Number(this.input.value);
    this.querySelector('[data-step="-1"]').disabled = this.input.min !== "" && value <= Number(this.input.min);
    this.querySelector('[data-step="1"]').disabled = this.input.max !== "" && value >= Number(this.input.max);
  }
}

customElements.define("souk-quantity", SoukQuantity);
