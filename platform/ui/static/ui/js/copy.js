// Copies data-text, and says so in place of the button's icon.
class SoukCopy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text);
      const icon = button.innerHTML;
      button.textContent = "✓";
      button.setAttribute("aria-label", "Copied");
      setTimeout(() => {
        button.innerHTML = icon;
        button.setAttribute("aria-label", "Copy");
      }, 1600);
    });
  }
}

customElements.define("souk-copy", SoukCopy);
