// The bench: one item at a time, an answer, then what stands against it; nothing goes on before the server has heard.

const SLOW_MS = 6000;

class Bench {
  constructor(shadow, { study, annotator }) {
    this.shadow = shadow;
    this.study = study;
    this.annotator = annotator;
    this.element = shadow.querySelector("[data-desk]");
    this.slot = (name) => shadow.querySelector(`[data-slot="${name}"]`);
    this.closing = new AbortController();
    // The outbox holds nothing here but the keys that the annotator has chosen.
    this.keymap = new KeyMap(new Outbox(study, annotator));
    this.form = new Form(this.slot("criteria"), this.keymap, (how, event) => this.#changed(how, event));
    this.evidence = new Evidence(shadow, this.slot("evidence"), () => this.#draw());
    this.search = new Search(this.slot("search"), this.slot("found"));
    this.said = new Opinions(this.slot("said"));
    this.lesson = new Opinions(this.slot("lesson"));
    this.item = null;
    this.learning = false;
    this.asked = null;
    this.paintedAt = Infinity;
    this.#listen();
    fit(this.element, shadow.host);
  }

  close() {
    this.closing.abort();
    clearTimeout(this.timer);
    for (const name of Object.keys(PAINTS)) paint(name, []);
  }

  // ---- what the server says

  receive(data, { send }) {
    this.send = send;
    if (this.data?.rubric !== data.rubric) {
      this.slot("title").textContent = data.title;
      this.slot("guidance").replaceChildren(...guidelinesOf(data));
    }
    this.data = data;
    const heard = this.asked !== null && data.heard === this.asked;
    if (heard) this.#heard();
    const changed = data.item?.id !== this.item?.id || data.item?.seen !== this.item?.seen;
    if (data.lesson && data.lesson.item === this.item?.id && !this.learning) this.#teach(data.lesson);
    else if (!this.item || (!this.learning && changed)) this.#next();
    if (data.problem) {
      this.#hint(data.problem);
      if (!this.item) this.#rest(data.problem, "");
    }
    this.#draw();
  }

  #heard() {
    this.asked = null;
    clearTimeout(this.timer);
  }

  #next() {
    this.learning = false;
    if (this.data.item) this.#show(this.data.item);
    else if (!this.data.problem) this.#rest(...(this.data.rest ?? ["One moment …", ""]));
  }

  #show(item) {
    this.item = item;
    this.paintedAt = Infinity;
    const laid = layOut(item.passages);
    this.views = laid.views;
    putOut(this.slot, laid);
    const asked = this.data.criteria.filter(({ name }) => !item.asks || item.asks.includes(name));
    this.criteria = asked;
    this.form.build(asked);
    const given = item.given ?? {};
    this.slot("note").value = given.note ?? "";
    this.evidence.show(laid.views, given.marks);
    this.form.reset(given.scores ?? {});
    this.evidence.aim(this.form.current);
    this.search.show(laid.views);
    if (item.said) this.said.show(item.said.title, item.said.groups, laid.views);
    else this.said.clear();
    this.lesson.clear();
    if (item.lesson) this.lesson.show(item.lesson.title, item.lesson.groups, laid.views);
    Opinions.paint([this.said, this.lesson]);
    this.element.classList.remove("resting", "learning");
    this.slot("rest").hidden = true;
    this.element.dataset.item = item.id;
    this.warned = false;
    this.#hint("");
    requestAnimationFrame(() => {
      setTimeout(() => {
        if (this.item !== item) return;
        this.paintedAt = performance.now();
        this.element.dataset.painted = item.id;
      });
    });
  }

  #teach(lesson) {
    this.learning = true;
    this.lesson.show(lesson.title, lesson.groups, this.views);
    Opinions.paint([this.said, this.lesson]);
    this.element.classList.add("learning");
    this.slot("note-row").classList.toggle("written", this.slot("note").value !== "");
    this.shadow.activeElement?.blur();
    this.slot("lesson").scrollIntoView({ block: "nearest" });
    this.#hint(lesson.summary ?? "");
    this.element.dataset.learning = lesson.item;
  }

  #rest(headline, detail) {
    this.item = null;
    this.learning = false;
    delete this.element.dataset.item;
    delete this.element.dataset.painted;
    delete this.element.dataset.learning;
    this.element.classList.add("resting");
    this.slot("rest").hidden = false;
    this.slot("rest-headline").textContent = headline;
    this.slot("rest-detail").textContent = detail;
    this.evidence.show([], {});
    paint("said", []);
  }

  // ---- answers

  #tooEarly(event) {
    return event !== undefined && event.timeStamp < this.paintedAt;
  }

  #changed(how, event) {
    if (how === "asked") return this.item !== null && !this.learning && this.asked === null && !this.#tooEarly(event);
    this.warned = false;
    this.evidence.aim(this.form.current);
    if (how === "chosen") {
      const open = this.criteria.findIndex(({ name }) => this.form.scores[name] === undefined);
      const bare = this.#bare().some(({ name }) => name === this.form.current.name);
      if (open >= 0 && !bare) this.form.activate(open);
      this.evidence.aim(this.form.current);
      if (this.form.complete) this.#hint(this.#bare().length ? "Mark the words that show it, then press Enter." : "Press Enter to save.");
    }
    this.#draw();
    return true;
  }

  #bare() {
    return wantingMarks(this.criteria, this.form.scores).filter(({ name }) => !(this.evidence.marks[name] ?? []).length);
  }

  #save(event) {
    if (this.learning) {
      this.#next();
      return this.#draw();
    }
    if (!this.item || this.asked !== null || this.#tooEarly(event)) return undefined;
    if (!this.form.complete) {
      this.form.activate(this.criteria.findIndex(({ name }) => this.form.scores[name] === undefined));
      return this.#hint(this.criteria.length > 1 ? "This question is still open." : "Choose a value first.");
    }
    if (this.#bare().length && !this.warned) {
      this.warned = true;
      return this.#hint("No words are marked. Press Enter again to save without.");
    }
    const marks = wantingMarks(this.criteria, this.form.scores).map(({ name }) => [name, this.evidence.marks[name] ?? []]);
    return this.#ask({
      kind: "answer",
      item: this.item.id,
      scores: { ...this.form.scores },
      marks: Object.fromEntries(marks),
      note: this.slot("note").value,
      seen: this.item.seen ?? null,
    });
  }

  // A question is asked once, under a key of its own, and stands until the server has heard it.
  #ask(what) {
    this.asked = newKey();
    this.send("asked", { ...what, key: this.asked });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.#hint("The server does not answer. What you chose is kept on this page; it is sent when the connection is back.");
    }, SLOW_MS);
    this.#draw();
  }

  #later() {
    if (this.data.later && this.item && !this.learning && this.asked === null) this.#ask({ kind: "later", item: this.item.id });
  }

  // ---- what is on the screen

  #hint(text) {
    this.slot("hint").textContent = text;
  }

  #draw() {
    const { progress = "", later, note, words } = this.data;
    this.slot("progress").textContent = progress;
    const text = this.asked === null ? "" : "Sending …";
    if (this.slot("status").textContent !== text) this.slot("status").textContent = text;
    this.slot("status").dataset.state = "saving";
    this.slot("status").hidden = !text;
    this.slot("note-row").hidden = !note;
    this.slot("save").textContent = this.learning ? "Next" : words;
    const act = (name) => this.shadow.querySelector(`.answering [data-act="${name}"]`);
    act("later").hidden = !later || this.learning;
    act("mark").hidden = this.learning || !this.criteria?.some(({ evidence }) => evidence);
    act("save").disabled = this.asked !== null;
    for (const kbd of this.shadow.querySelectorAll("kbd[data-key]")) kbd.textContent = showKey(this.keymap.keyOf(kbd.dataset.key));
  }

  // ---- keys and clicks

  #listen() {
    const { signal } = this.closing;
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    addEventListener("resize", () => fit(this.element, this.shadow.host), { signal });
    this.shadow.addEventListener("click", (event) => this.#click(event), { signal });
    this.shadow.addEventListener("pointerup", (event) => this.#pointer(event), { signal });
    this.slot("note").addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.currentTarget.blur();
    }, { signal });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
    const dialog = this.shadow.querySelector("dialog[open]");
    if (dialog) {
      if (this.keymap.actionOf(event) === "guidelines") this.#taken(event, () => dialog.close());
      return;
    }
    if (isTyping(event)) {
      const number = event.composedPath()[0].matches?.('input[type="number"]');
      if (event.key === "Enter" && number) this.#taken(event, () => event.repeat || this.#save(event));
      return;
    }
    if (event.composedPath().some((node) => node instanceof Element && node.matches?.('[role="dialog"]'))) return;
    if (this.evidence.caret) {
      if (this.evidence.caretKey(event)) {
        this.#taken(event, () => this.#hint(this.evidence.caret ? `“${this.evidence.caretText}”: Shift with arrows widens, Enter marks, Escape leaves.` : ""));
      }
      return;
    }
    const meaning = this.#meaning(event);
    if (meaning) this.#taken(event, () => event.repeat || meaning());
  }

  #taken(event, work) {
    event.preventDefault();
    event.stopImmediatePropagation();
    work();
  }

  // What a key does now, or null where it is none of the bench's.
  #meaning(event) {
    const pressed = event.composedPath()[0];
    const onButton = pressed instanceof Element && pressed.closest("button, a, summary, [role=button]");
    const onValue = onButton && onButton.getAttribute("role") === "radio";
    if (onButton && !onValue && (event.key === "Enter" || event.key === " ")) return null;
    if (onValue && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      return () => this.form.step(event.key === "ArrowRight" ? 1 : -1);
    }
    if (pressed instanceof Element && pressed.closest(".scroll, .said") && event.key.startsWith("Arrow")) return null;
    const digit = KeyMap.candidates(event).find((key) => /^[0-9]$/.test(key));
    if (digit !== undefined) return () => this.form.press(digit, event);
    const action = this.keymap.actionOf(event);
    return action && this.#acts(event)[action] ? () => this.#perform(action, event) : null;
  }

  #acts(event) {
    return {
      up: () => this.form.activate(this.form.active - 1),
      down: () => this.form.activate(this.form.active + 1),
      save: () => this.#save(event),
      skip: () => this.#later(),
      later: () => this.#later(),
      note: () => this.data.note && this.slot("note").focus(),
      inapplicable: () => this.form.inapplicable(event),
      mark: () => this.#mark(),
      unmark: () => this.evidence.list().length && this.evidence.remove(-1),
      search: () => this.slot("search").focus(),
      guidelines: () => this.shadow.querySelector('[data-dialog="guidelines"]').showModal(),
    };
  }

  #perform(action, event) {
    this.#acts(event)[action]?.();
    if (action === "up" || action === "down") this.evidence.aim(this.form.current);
  }

  #mark() {
    if (this.learning) return;
    const chosen = this.evidence.selected();
    if (chosen) {
      this.evidence.add(chosen);
      document.getSelection()?.removeAllRanges();
    } else if (this.evidence.enter()) {
      this.#hint("Arrows move, Shift with arrows widens, Enter marks, Tab goes to the next text, Escape leaves.");
    } else {
      this.#hint("This question asks for no marked words.");
    }
  }

  #click(event) {
    const button = event.target.closest?.("[data-act]");
    if (button) this.#perform(button.dataset.act, event);
    if (event.detail > 0 && event.target.closest?.("button") && !event.target.closest?.("dialog")) this.shadow.activeElement?.blur?.();
  }

  #pointer(event) {
    if (event.pointerType !== "mouse" || this.learning || !event.target.closest?.(".panes .text")) return;
    const mark = this.evidence.criterion ? this.evidence.selected() : null;
    if (!mark) return;
    this.evidence.add(mark);
    document.getSelection()?.removeAllRanges();
  }
}

let seated = null;

export default function ({ parentElement, data, setStateValue }) {
  if (seated?.shadow !== parentElement || seated.study !== data.study || seated.annotator !== data.annotator) {
    seated?.close();
    seated = new Bench(parentElement, data);
  }
  seated.receive(data, { send: setStateValue });
  const mine = seated;
  return () => {
    mine.close();
    if (seated === mine) seated = null;
  };
}
