// Search: every place where some words stand, over all the texts of an item.

const MOST_HITS = 500;

class Search {
  constructor(input, found) {
    this.input = input;
    this.found = found;
    this.views = [];
    this.hits = [];
    this.at = 0;
    input.addEventListener("input", () => this.#look());
    input.addEventListener("keydown", (event) => this.#key(event));
  }

  show(views) {
    this.views = views;
    this.input.value = "";
    this.#look();
  }

  #key(event) {
    if (isComposing(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.#go(this.at + (event.shiftKey ? -1 : 1));
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.input.value) {
        this.input.value = "";
        this.#look();
      }
      this.input.blur();
    }
  }

  #look() {
    const query = this.input.value.trim();
    this.hits = query ? this.views.flatMap((view) => view.find(query, MOST_HITS)).slice(0, MOST_HITS) : [];
    paint("found", this.hits.map(({ view, start, end }) => view.toRange(start, end)));
    if (this.hits.length) this.#go(0);
    else paint("here", []);
    if (!this.hits.length) this.found.textContent = query ? "nowhere" : "";
  }

  #go(at) {
    if (!this.hits.length) return;
    this.at = (at + this.hits.length) % this.hits.length;
    const { view, start, end } = this.hits[this.at];
    const range = view.toRange(start, end);
    paint("here", [range]);
    intoView(range);
    const many = this.hits.length >= MOST_HITS ? `${MOST_HITS}+` : this.hits.length;
    this.found.textContent = `${this.at + 1} of ${many}`;
  }
}
