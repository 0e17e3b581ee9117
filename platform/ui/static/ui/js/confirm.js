// Asks before the form inside is sent: data-question, data-yes (what will happen), data-no.
class SoukConfirm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.ask(event), true);
  }

  ask(event) {
    if (this.sure) {
      this.sure = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const { target: form, submitter } = event;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const body = document.createElement("div");
    body.className = "dialog-body";
    const question = document.createElement("p");
    question.id = "confirm-question";
    question.textContent = this.dataset.question ?? "Are you sure?";
    body.append(question);
    const foot = document.createElement("div");
    foot.className = "dialog-foot";
    const no = this.button(this.dataset.no ?? "Keep it", "");
    const yes = this.button(this.dataset.yes ?? "Go on", "button--danger-solid");
    foot.append(no, yes);
    dialog.append(body, foot);
    dialog.setAttribute("aria-labelledby", question.id);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      this.sure = true;
      form.requestSubmit(submitter);
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  }

  button(text, kind) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button ${kind}`;
    button.textContent = text;
    return button;
  }
}

customElements.define("souk-confirm", SoukConfirm);
