// Sends the form around it when a choice inside changes, and hides the button that does so without scripts (.no-js-submit).
class SoukAutosubmit extends HTMLElement {
  connectedCallback() {
    for (const button of this.querySelectorAll(".no-js-submit")) button.hidden = true;
    this.addEventListener("change", (event) => {
      const typed = event.target.matches("input[type=text], input[type=search]");
      if (!typed) event.target.form?.requestSubmit();
    });
  }
}

customElements.define("souk-autosubmit", SoukAutosubmit);
