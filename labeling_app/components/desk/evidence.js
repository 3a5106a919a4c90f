// Evidence: words marked by mouse, by touch or with the keyboard, drawn over the text without changing it.

const PAINTS = { marked: "evenhand-marked", said: "evenhand-said", caret: "evenhand-caret", found: "evenhand-found", here: "evenhand-here" };

function paint(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  const kept = ranges.filter(Boolean);
  if (kept.length) CSS.highlights.set(PAINTS[name], new Highlight(...kept));
  else CSS.highlights.delete(PAINTS[name]);
}

function fieldOf(source) {
  return source.replace(/\[\d+\]$/, "");
}

function intoView(range) {
  const node = range?.startContainer;
  const element = node instanceof Element ? node : node?.parentElement;
  element?.scrollIntoView({ block: "nearest" });
}

class Evidence {
  constructor(shadow, slot, changed) {
    this.shadow = shadow;
    this.slot = slot;
    this.changed = changed;
    this.views = [];
    this.marks = {};
    this.criterion = null;
    this.caret = null;
  }

  show(views, marks) {
    this.views = views;
    this.marks = structuredClone(marks ?? {});
    this.caret = null;
    this.draw();
  }

  // Whose marks are made now: the active criterion's where it asks for evidence.
  aim(criterion) {
    this.criterion = criterion?.evidence ? criterion : null;
    this.draw();
  }

  quotable(view) {
    return Boolean(this.criterion?.evidence.quote.includes(fieldOf(view.source)));
  }

  list() {
    return this.criterion ? (this.marks[this.criterion.name] ?? []) : [];
  }

  // The selection as raw offsets; null where nothing quotable is selected.
  selected() {
    const selection = document.getSelection();
    if (!selection) return null;
    const ranges = selection.getComposedRanges?.({ shadowRoots: [this.shadow] });
    const range = ranges?.[0] ?? this.#older();
    if (!range) return null;
    const { startContainer, startOffset, endContainer, endOffset } = range;
    for (const view of this.views) {
      if (!this.quotable(view)) continue;
      const start = view.toRaw(startContainer, startOffset);
      // A selection that runs out of the passage ends where the passage ends.
      const end = view.toRaw(endContainer, endOffset) ?? (start === null ? null : view.end);
      if (start !== null && end > start) return this.#trimmed(view, start, end);
    }
    return null;
  }

  #older() {
    const selection = this.shadow.getSelection?.() ?? document.getSelection();
    return selection?.rangeCount ? selection.getRangeAt(0) : null;
  }

  #trimmed(view, start, end) {
    const letters = Array.from(view.text.slice(utf16Index(view.text, start), utf16Index(view.text, end)));
    let from = 0;
    let to = letters.length;
    while (from < to && /\s/.test(letters[from])) from += 1;
    while (to > from && /\s/.test(letters[to - 1])) to -= 1;
    return to > from ? { source: view.source, start: start + from, end: start + to } : null;
  }

  add(mark) {
    if (!mark || !this.criterion) return;
    const marks = (this.marks[this.criterion.name] ??= []);
    if (marks.some((m) => m.source === mark.source && m.start === mark.start && m.end === mark.end)) return;
    marks.push(mark);
    this.draw();
    this.changed();
  }

  remove(place) {
    const marks = this.list();
    marks.splice(place < 0 ? marks.length - 1 : place, 1);
    this.draw();
    this.changed();
  }

  textOf(mark) {
    const view = this.views.find(({ source }) => source === mark.source);
    return view ? view.text.slice(utf16Index(view.text, mark.start), utf16Index(view.text, mark.end)) : "";
  }

  draw() {
    const rangeOf = (mark) => this.views.find(({ source }) => source === mark.source)?.toRange(mark.start, mark.end);
    paint("marked", Object.values(this.marks).flat().map(rangeOf));
    this.#drawCaret();
    const chips = this.list().map((mark, place) => {
      const chip = make("span", "chip");
      chip.setAttribute("role", "listitem");
      const role = this.criterion.evidence.roles?.[fieldOf(mark.source)];
      const quote = Array.from(this.textOf(mark)).slice(0, 60).join("").replace(HIDDEN_RUNS, "▯");
      const words = make("q", "", quote);
      words.dir = "auto";
      const remove = make("button", "plain", "✕");
      remove.type = "button";
      remove.setAttribute("aria-label", `Remove the mark ${quote}`);
      remove.addEventListener("click", () => this.remove(place));
      chip.append(...(role ? [make("small", "", role)] : []), words, remove);
      return chip;
    });
    this.slot.replaceChildren(...chips);
    this.slot.hidden = chips.length === 0;
  }

  // Keyboard: a caret of whole words.
  enter() {
    const [view] = this.#open;
    if (!view) return false;
    this.caret = { view, from: 0, to: 0 };
    this.#drawCaret();
    return true;
  }

  leave() {
    this.caret = null;
    this.#drawCaret();
  }

  // The texts to mark in, in the rubric's order of what to quote.
  get #open() {
    const order = this.criterion?.evidence.quote ?? [];
    const open = this.views.filter((view) => this.quotable(view) && view.words.length);
    return open.sort((a, b) => order.indexOf(fieldOf(a.source)) - order.indexOf(fieldOf(b.source)));
  }

  get caretText() {
    const { view, from, to } = this.caret;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    return this.textOf({ source: view.source, start: view.words[first].start, end: view.words[last].end });
  }

  // True where the key means something to the caret.
  caretKey(event) {
    const { view } = this.caret;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      const rtl = getComputedStyle(this.#lineOf()).direction === "rtl" && /Left|Right/.test(event.key);
      const to = this.caret.to + steps[event.key] * (rtl ? -1 : 1);
      this.caret.to = Math.max(0, Math.min(view.words.length - 1, to));
      if (!event.shiftKey) this.caret.from = this.caret.to;
      this.#drawCaret();
    } else if (event.key === "Tab") {
      const open = this.#open;
      const at = open.indexOf(view) + (event.shiftKey ? -1 : 1);
      this.caret = { view: open[(at + open.length) % open.length], from: 0, to: 0 };
      this.#drawCaret();
    } else if (event.key === "Enter" || event.key === " ") {
      const [first, last] = [Math.min(this.caret.from, this.caret.to), Math.max(this.caret.from, this.caret.to)];
      this.add({ source: view.source, start: view.words[first].start, end: view.words[last].end });
      if (event.key === "Enter") this.leave();
    } else if (event.key === "Escape") {
      this.leave();
    } else {
      return false;
    }
    return true;
  }

  #lineOf() {
    const range = this.#caretRange();
    const node = range?.startContainer;
    return (node instanceof Element ? node : node?.parentElement) ?? this.caret.view.root;
  }

  #caretRange() {
    if (!this.caret) return null;
    const { view, from, to } = this.caret;
    return view.toRange(view.words[Math.min(from, to)].start, view.words[Math.max(from, to)].end);
  }

  #drawCaret() {
    const range = this.#caretRange();
    paint("caret", [range]);
    intoView(range);
  }
}
