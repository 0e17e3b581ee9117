// The bar at the foot of a phone, with price and button, stays away while the real ones (data-for: their id) are in view.
class SoukBuyBar extends HTMLElement {
  connectedCallback() {
    const real = document.getElementById(this.dataset.for);
    if (!real) return;
    this.observer = new IntersectionObserver(([entry]) => this.classList.toggle("is-away", entry.isIntersecting));
    this.observer.observe(real);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }
}

customElements.define("souk-buy-bar", SoukBuyBar);
