// Opinions: what others said of an item, as text only, with the words they point at shown in the texts.

class Opinions {
  constructor(slot) {
    this.slot = slot;
    this.views = [];
  }

  clear() {
    this.slot.replaceChildren();
    this.slot.hidden = true;
  }

  // `groups`: one for each criterion, {question, opinions: [{who, value, about, text, tone, quotes}]}.
  show(title, groups, views) {
    this.views = views;
    const parts = groups.flatMap(({ question, opinions }) => [
      ...(question ? [this.#words("h4", "", question)] : []),
      ...opinions.map((opinion) => this.#opinion(opinion)),
    ]);
    this.slot.replaceChildren(make("h3", "", title), ...parts);
    this.slot.hidden = false;
    this.slot.scrollTop = 0;
  }

  // Every place that is pointed at, drawn over the texts.
  static paint(all) {
    paint("said", all.flatMap((opinions) => opinions.slot.hidden ? [] : opinions.ranges));
  }

  get ranges() {
    return [...this.slot.querySelectorAll(".chip")].map((chip) => chip.range);
  }

  #words(tag, className, text) {
    const element = make(tag, className);
    element.dir = "auto";
    element.append(...plainWords(text));
    return element;
  }

  #opinion({ who, value, about = "", text = "", tone = "", quotes = [] }) {
    const element = make("article", "opinion");
    element.dataset.tone = tone;
    element.append(this.#words("span", "who", who), this.#words("b", "value", value));
    if (about) element.append(this.#words("span", "about", about));
    if (text) element.append(new PassageView({ source: "", text }).root);
    if (quotes.length) {
      const list = make("div", "quotes");
      list.append(...quotes.map((quote) => this.#quote(quote)));
      element.append(list);
    }
    return element;
  }

  #quote({ source, text, start, end, role }) {
    const chip = make("button", "chip");
    chip.type = "button";
    const place = this.#place(source, text, start, end);
    chip.range = place?.view.toRange(place.start, place.end) ?? null;
    chip.disabled = !chip.range;
    const words = this.#words("q", "", Array.from(text).slice(0, 160).join(""));
    const where = chip.range ? role : `${role ? `${role}, ` : ""}not in the text`;
    chip.append(...(where ? [make("small", "", where)] : []), words);
    chip.addEventListener("click", () => intoView(chip.range));
    return chip;
  }

  #place(source, text, start, end) {
    const own = this.views.find((view) => view.source === source);
    if (own && Number.isInteger(start) && Number.isInteger(end)) return { view: own, start, end };
    // A quote without offsets is looked for: where it is said to stand, else anywhere.
    for (const view of [own, ...this.views]) {
      const at = view && text ? view.text.indexOf(text) : -1;
      if (at < 0) continue;
      const from = countCodePoints(view.text.slice(0, at));
      return { view, start: from, end: from + countCodePoints(text) };
    }
    return null;
  }
}
