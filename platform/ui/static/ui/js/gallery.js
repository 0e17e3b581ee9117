// Thumbnails move the stage without changing the address; the picture in view is marked; enlarging opens a dialog.
class SoukGallery extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector(".gallery-stage");
    this.slides = [...this.querySelectorAll(".gallery-slide")];
    this.thumbs = [...this.querySelectorAll(".gallery-thumb")];
    this.shown = 0;
    this.thumbs.forEach((thumb, position) =>
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        this.stage.scrollTo({ left: this.slides[position].offsetLeft - this.stage.offsetLeft });
        this.mark(position);
      }),
    );
    this.observer = new IntersectionObserver(
      (entries) => {
        const seen = entries.find((entry) => entry.isIntersecting);
        if (seen) this.mark(this.slides.indexOf(seen.target));
      },
      { root: this.stage, threshold: 0.6 },
    );
    for (const slide of this.slides) this.observer.observe(slide);
    this.enlarge();
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }

  mark(position) {
    this.shown = position;
    this.thumbs.forEach((thumb, other) =>
      other === position ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current"),
    );
  }

  enlarge() {
    const dialog = this.querySelector("dialog");
    const picture = dialog.querySelector("img");
    const open = () => {
      const shown = this.slides[this.shown].querySelector("img");
      picture.src = shown.currentSrc || shown.src;
      picture.alt = shown.alt;
      picture.classList.remove("is-zoomed");
      dialog.showModal();
    };
    this.querySelector(".gallery-zoom").addEventListener("click", open);
    for (const slide of this.slides) slide.addEventListener("dblclick", open);
    dialog.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const across = (100 * (event.clientX - box.left)) / box.width;
      const down = (100 * (event.clientY - box.top)) / box.height;
      picture.style.transformOrigin = `${across}% ${down}%`;
      picture.classList.toggle("is-zoomed");
    });
  }
}

customElements.define("souk-gallery", SoukGallery);
