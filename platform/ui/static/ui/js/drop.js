// Shows what was dropped or picked before it is sent: pictures as thumbnails, other files by name and size.
class SoukDrop extends HTMLElement {
  connectedCallback() {
    const zone = this.querySelector(".drop");
    const input = this.querySelector("input[type=file]");
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("is-over"));
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
    input.addEventListener("change", () => this.show([...input.files]));
  }

  show(files) {
    const list = this.querySelector(".drop-files");
    list.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        if (file.type.startsWith("image/")) {
          const picture = document.createElement("img");
          picture.alt = "";
          // A data: address, because the Content-Security-Policy refuses blob: for pictures.
          const reader = new FileReader();
          reader.addEventListener("load", () => (picture.src = reader.result));
          reader.readAsDataURL(file);
          item.append(picture);
        }
        const name = document.createElement("span");
        name.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`;
        item.append(name);
        return item;
      }),
    );
  }
}

customElements.define("souk-drop", SoukDrop);
