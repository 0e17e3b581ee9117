// A part of a page that keeps itself new. Whatever tells it that it is old, it asks its own page for that part again:
// <souk-live data-part="/orders/board/?part=live" data-stream="…" data-etag="…" data-said="The orders have changed.">
//   <div data-live-part>…</div><p class="visually-hidden" role="status"></p>
// </souk-live>
// It hears by server-sent events, and asks from time to time where there are none. Without JavaScript it is as it was served.
const POLL_MS = 10000;
const RETRY_AFTER = 6; // polls, until it tries to hear again
const TOGETHER_MS = 150;

class SoukLive extends HTMLElement {
  connectedCallback() {
    this.etag = this.dataset.etag;
    this.stream = this.dataset.stream;
    this.onShown = () => document.hidden || this.ask();
    document.addEventListener("visibilitychange", this.onShown);
    this.askInTime();
    this.listen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onShown);
    clearTimeout(this.due);
    this.quiet();
  }

  get part() {
    return this.querySelector("[data-live-part]");
  }

  quiet() {
    this.source?.close();
    this.source = null;
    this.stopAsking();
    clearTimeout(this.soon);
  }

  stopAsking() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  listen() {
    this.quiet();
    if (!window.EventSource || !this.stream) return this.keepAsking();
    this.source = new EventSource(this.stream);
    this.source.addEventListener("open", () => {
      this.stopAsking();
      this.dataset.by = "events";
    });
    this.source.addEventListener("changed", () => {
      clearTimeout(this.soon);
      // Not all who listen at the same moment.
      this.soon = setTimeout(() => this.ask(), TOGETHER_MS * (1 + Math.random()));
    });
    // Its ticket's time is over, or whoever listens may not any more: which of both, the page says.
    for (const over of ["renew", "end"]) this.source.addEventListener(over, () => this.again());
    // Refused, or cut off: then the browser tries again by itself, and the page asks until it hears.
    this.source.addEventListener("error", () => {
      if (this.source?.readyState === EventSource.CLOSED) this.source = null;
      this.keepAsking();
    });
  }

  async again() {
    this.quiet();
    if (await this.ask()) this.listen();
  }

  keepAsking(times = 0) {
    if (this.timer && times === 0) return;
    this.dataset.by = "polling";
    this.timer = setTimeout(async () => {
      if (!document.hidden && !(await this.ask())) return;
      if (!this.timer) return; // it hears, meanwhile
      if (!this.source && times + 1 >= RETRY_AFTER) this.listen();
      else this.keepAsking(times + 1);
    }, POLL_MS * (0.8 + 0.4 * Math.random()));
  }

  // False when there is nothing more to ask: whoever was looking may not any more.
  async ask() {
    let answer;
    try {
      const headers = { "If-None-Match": this.etag, "X-Requested-With": "souk-live" };
      answer = await fetch(this.dataset.part, { headers, redirect: "manual", cache: "no-store" });
    } catch {
      return true; // the network is away; it may come back
    }
    if (answer.status >= 500) return true;
    if (answer.status !== 304 && !answer.ok) {
      this.quiet();
      this.dataset.by = "nothing";
      location.reload(); // the whole page says what is asked of whoever looks: to sign in, or that it is gone
      return false;
    }
    this.stream = answer.headers.get("Souk-Stream") ?? this.stream;
    if (answer.status === 304) return true;
    this.etag = answer.headers.get("ETag");
    this.show(await answer.text());
    return true;
  }

  show(html) {
    const known = new Map([...this.part.querySelectorAll("[data-live-key]")].map((each) => [each.dataset.liveKey, each]));
    const focused = this.part.contains(document.activeElement) ? nameOf(document.activeElement) : "";
    this.part.innerHTML = html;
    let isNew = false;
    for (const each of this.part.querySelectorAll("[data-live-key]")) {
      const before = known.get(each.dataset.liveKey);
      if (before && before.dataset.liveState === each.dataset.liveState) continue;
      each.classList.add("is-new");
      isNew = true;
    }
    isNew ||= [...known.keys()].some((key) => !this.part.querySelector(`[data-live-key="${CSS.escape(key)}"]`));
    if (focused) this.part.querySelector(focused)?.focus({ preventScroll: true });
    if (isNew) this.querySelector(":scope > [role=status]").textContent = this.dataset.said;
    window.htmx?.process(this.part);
    this.askInTime();
  }

  // What time alone makes old says in how many seconds: data-live-in.
  askInTime() {
    clearTimeout(this.due);
    const seconds = Number(this.part.querySelector("[data-live-in]")?.dataset.liveIn);
    if (seconds) this.due = setTimeout(async () => (await this.ask()) && this.askInTime(), seconds * 1000);
  }
}

// By which what had the focus is found again.
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  const form = element.closest("form[action]");
  return form ? `form[action="${CSS.escape(form.getAttribute("action"))}"] button` : "";
}

customElements.define("souk-live", SoukLive);
