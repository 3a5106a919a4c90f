// The rating desk: shows one item, takes one answer, keeps it, and paints the next at once.

const SKIPS = ["I cannot read the language", "It needs knowledge that I lack", "The texts are broken or missing", "I would rather not read this"];
const PAINT_AHEAD = 3;
const KEPT_ITEMS = 60;
const ANSWER_MS = 4000;
const SLOWEST_MS = 30000;

class Desk {
  // A courier is a desk that shows nothing: it takes the outbox along on pages where nobody rates.
  constructor(shadow, { study, annotator, courier = false }) {
    this.courier = courier;
    this.shadow = shadow;
    this.study = study;
    this.annotator = annotator;
    this.element = shadow.querySelector("[data-desk]");
    this.slot = (name) => shadow.querySelector(`[data-slot="${name}"]`);
    this.dialog = (name) => shadow.querySelector(`[data-dialog="${name}"]`);
    this.act = (name) => shadow.querySelector(`.answering [data-act="${name}"]`);
    this.closing = new AbortController();
    this.outbox = new Outbox(study, annotator);
    this.keymap = new KeyMap(this.outbox);
    this.items = new Map();
    this.queue = [];
    this.done = new Map();
    this.past = [];
    this.shelf = new Map();
    this.item = null;
    this.paintedAt = Infinity;
    this.flying = null;
    this.waits = ANSWER_MS;
    this.beat = 0;
    this.opened = null;
    this.form = new Form(this.slot("criteria"), this.keymap, (how, event) => this.#formChanged(how, event));
    this.evidence = new Evidence(shadow, this.slot("evidence"), () => this.#marked());
    this.search = new Search(this.slot("search"), this.slot("found"));
    for (const entry of this.outbox.all()) this.done.set(entry.item, entry);
    this.element.hidden = courier;
    this.#listen();
    fit(this.element, this.shadow.host);
  }

  close() {
    this.closing.abort();
    this.notices.disconnect();
    clearTimeout(this.timer);
    clearInterval(this.heart);
    for (const name of Object.keys(PAINTS)) paint(name, []);
  }

  // ---- what the server says

  receive(data, send) {
    this.sendState = send;
    if (data.rubric && data.rubric !== this.rubric) this.#rubric(data);
    this.closed = data.progress?.closed ?? "";
    this.progress = data.progress ?? this.progress;
    this.problem = data.problem ?? "";
    for (const ack of data.acks ?? []) this.#acknowledge(ack);
    for (const item of data.items ?? []) this.#keep(item);
    if (data.queue) this.queue = data.queue;
    if (this.flying && data.beat >= this.flying.beat) this.#landed();
    if (data.open && data.open.nonce !== this.opened) {
      this.opened = data.open.nonce;
      this.#reopen(data.open.item);
    }
    if (this.item) this.#paintAhead();
    else if (!this.courier) this.#next();
    this.#draw();
    this.#heartbeat(data.lease_seconds);
    if (this.outbox.all().length && !this.problem) this.#flush();
  }

  #rubric(data) {
    this.rubric = data.rubric;
    this.criteria = data.criteria;
    this.form.build(data.criteria);
    this.slot("title").textContent = data.title;
    this.slot("guidance").replaceChildren(...guidelinesOf(data));
    this.#drawKeys();
  }

  #keep(item) {
    this.items.delete(item.id);
    this.items.set(item.id, item);
    for (const id of this.items.keys()) {
      if (this.items.size <= KEPT_ITEMS) break;
      if (id !== this.item?.id && !this.queue.includes(id)) this.items.delete(id);
    }
  }

  #acknowledge({ key, saved, reason }) {
    const entry = this.outbox.all().find((kept) => kept.key === key);
    if (!entry) return;
    if (saved) this.outbox.remove(key);
    else this.outbox.refuse(entry, reason);
  }

  // ---- the way to the server

  // One message is under way at a time; the next one carries all that came meanwhile.
  #flush({ now = false } = {}) {
    if (!this.sendState || (this.flying && !now)) return;
    this.beat += 1;
    this.flying = { beat: this.beat };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#lost(), this.waits);
    this.sendState("outbox", { entries: this.outbox.all(), have: [...this.items.keys()], beat: this.beat, opened: this.opened });
  }

  #landed() {
    this.flying = null;
    this.waits = ANSWER_MS;
    clearTimeout(this.timer);
    if (this.problem) this.timer = setTimeout(() => this.#flush(), ANSWER_MS);
  }

  #lost() {
    this.flying = null;
    this.waits = Math.min(this.waits * 2, SLOWEST_MS);
    this.away = true;
    this.#flush();
    this.#draw();
  }

  #heartbeat(leaseSeconds) {
    this.away = false;
    if (this.heart || !leaseSeconds) return;
    this.heart = setInterval(() => {
      if (document.visibilityState === "visible") this.#flush();
    }, (leaseSeconds * 1000) / 4);
  }

  // ---- items

  get #waiting() {
    return this.queue.filter((id) => this.items.has(id) && !this.done.has(id));
  }

  #view(id) {
    let shelved = this.shelf.get(id);
    if (!shelved) {
      shelved = layOut(this.items.get(id).passages);
      this.shelf.set(id, shelved);
    }
    return shelved;
  }

  #paintAhead() {
    const ahead = this.#waiting.filter((id) => id !== this.item?.id).slice(0, PAINT_AHEAD);
    const wanted = new Set([...ahead, this.item?.id, ...this.past.slice(-2)]);
    for (const id of this.shelf.keys()) if (!wanted.has(id)) this.shelf.delete(id);
    const later = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 30));
    later(() => {
      for (const id of ahead) if (this.items.has(id)) this.#view(id);
    });
  }

  #next() {
    const [id] = this.#waiting;
    if (id) this.#show(id);
    else this.#rest();
  }

  #show(id) {
    const item = this.items.get(id);
    this.item = item;
    this.paintedAt = Infinity;
    const { left, right, question, views } = this.#view(id);
    putOut(this.slot, { left, right, question });
    const said = this.outbox.draft(id) ?? this.done.get(id) ?? item.given ?? {};
    this.flagged = said.flagged === true;
    this.slot("note").value = said.note ?? "";
    this.#noteOpen(Boolean(said.note));
    this.evidence.show(views, said.marks);
    this.form.reset(said.scores ?? {});
    this.search.show(views);
    this.element.dataset.item = id;
    this.element.classList.remove("resting");
    this.slot("rest").hidden = true;
    this.#hint(this.done.has(id) || item.given ? "Rated before: a new answer replaces the old one, which is kept." : "");
    this.visible = 0;
    this.visibleSince = document.visibilityState === "visible" ? performance.now() : null;
    this.#draw();
    // What was pressed before this item was on the screen was meant for another one.
    requestAnimationFrame(() => {
      setTimeout(() => {
        if (this.item !== item) return;
        this.paintedAt = performance.now();
        this.element.dataset.painted = id;
      });
    });
    this.#paintAhead();
  }

  #rest() {
    this.item = null;
    this.paintedAt = Infinity;
    delete this.element.dataset.item;
    delete this.element.dataset.painted;
    this.element.classList.add("resting");
    this.slot("rest").hidden = false;
    const waiting = !this.closed && (this.flying !== null || this.outbox.all().length > 0);
    this.slot("rest").dataset.why = waiting ? "waiting" : "done";
    const [headline, detail] = this.#restWords(waiting);
    this.slot("rest-headline").textContent = headline;
    this.slot("rest-detail").textContent = detail;
    this.evidence.show([], {});
  }

  #restWords(waiting) {
    if (this.problem === "signed out") return ["You are signed out.", "What is not saved yet stays in this browser until you sign in again."];
    if (this.problem || this.away) return ["The server does not answer.", "What you rated is kept. This page goes on by itself."];
    if (waiting) return ["One moment …", "The next records are on their way."];
    return [this.closed || "Nothing more to rate for now.", "Thank you. What you rated can be opened again."];
  }

  #tooEarly(event) {
    return event !== undefined && event.timeStamp < this.paintedAt;
  }

  // ---- answers

  #wantsMarks() {
    return wantingMarks(this.criteria, this.form.scores);
  }

  #formChanged(how, event) {
    if (how === "asked") return this.item !== null && !this.#tooEarly(event);
    this.warned = false;
    this.evidence.aim(this.form.current);
    if (how === "chosen") this.#chosen();
    this.#drafted();
    this.#draw();
    return true;
  }

  #chosen() {
    if (this.criteria.length > 1) {
      const open = this.criteria.findIndex(({ name }, i) => i > this.form.active && this.form.scores[name] === undefined);
      const marksHere = this.#wantsMarks().some(({ name }) => name === this.form.current.name) && !this.evidence.list().length;
      if (open >= 0 && !marksHere) this.form.activate(open);
      this.evidence.aim(this.form.current);
      if (this.form.complete) this.#hint("Everything is answered: press Enter to save.");
      return;
    }
    if (this.#wantsMarks().length && !this.evidence.list().length) {
      this.#hint("Mark the words that show it, then press Enter.");
      return;
    }
    this.#save();
  }

  #marked() {
    this.#drafted();
    if (this.form.complete) this.#hint(this.evidence.list().length ? "Press Enter to save." : "");
  }

  #drafted() {
    if (!this.item) return;
    const { scores } = this.form;
    const note = this.slot("note").value;
    const marks = this.evidence.marks;
    const something = Object.keys(scores).length || note || this.flagged || Object.values(marks).some((m) => m.length);
    this.outbox.keepDraft(this.item.id, something ? { scores, note, marks, flagged: this.flagged } : null);
  }

  #save(event) {
    if (!this.item || this.#tooEarly(event)) return;
    if (!this.form.complete) {
      const open = this.criteria.findIndex(({ name }) => this.form.scores[name] === undefined);
      this.shadow.activeElement?.blur();
      this.form.activate(open);
      this.#hint(this.criteria.length > 1 ? "This question is still open." : "Choose a value first.");
      return;
    }
    const bare = this.#wantsMarks().filter(({ name }) => !(this.evidence.marks[name] ?? []).length);
    if (bare.length && !this.warned) {
      this.warned = true;
      this.#hint("No words are marked. Press Enter again to save without.");
      return;
    }
    const wanted = this.#wantsMarks().map(({ name }) => [name, this.evidence.marks[name] ?? []]);
    this.#send({ scores: { ...this.form.scores }, marks: Object.fromEntries(wanted) });
  }

  #skip(reason) {
    this.dialog("skip").close();
    if (this.item) this.#send({ skip: reason });
  }

  #send(answer) {
    const { id } = this.item;
    const seconds = (this.visible + (this.visibleSince === null ? 0 : performance.now() - this.visibleSince)) / 1000;
    const entry = this.outbox.put({
      item: id,
      ...answer,
      note: this.slot("note").value,
      flagged: this.flagged,
      seconds: Math.round(seconds * 1000) / 1000,
      pressed: new Date().toISOString(),
    });
    this.outbox.keepDraft(id, null);
    if (!this.done.has(id) && this.progress && !this.item.given) this.progress = { ...this.progress, done: this.progress.done + 1 };
    this.done.set(id, entry);
    this.past = [...this.past.filter((past) => past !== id), id];
    this.#next();
    this.#flush();
    this.#draw();
  }

  #back() {
    const at = this.item ? this.past.indexOf(this.item.id) : -1;
    const id = this.past[(at >= 0 ? at : this.past.length) - 1];
    if (!id || !this.items.has(id)) {
      this.#hint("Nothing further back here: “My work” has all you rated.");
      return;
    }
    this.#show(id);
  }

  #reopen(item) {
    this.#keep(item);
    this.shelf.delete(item.id);
    this.#show(item.id);
  }

  #flag() {
    if (!this.item) return;
    this.flagged = !this.flagged;
    this.#hint(this.flagged ? "Flagged for the study's owner." : "No longer flagged.");
    this.#drafted();
    this.#draw();
  }

  #noteOpen(open) {
    this.slot("note-row").hidden = !open;
    this.act("note").setAttribute("aria-expanded", String(open));
  }

  // ---- what is on the screen

  #hint(text) {
    this.slot("hint").textContent = text;
  }

  #draw() {
    const saving = this.outbox.all().length;
    const refused = this.outbox.refused().length;
    const status = this.slot("status");
    const state = refused ? "refused" : saving && (this.away || this.problem) ? "away" : saving ? "saving" : "saved";
    const kept = this.outbox.durable ? "kept in this browser" : "keep this tab open";
    status.dataset.state = state;
    const text = {
      refused: `${refused} not saved`,
      away: `${saving} not sent yet, ${kept}`,
      saving: `${saving} saving`,
      saved: "All saved",
    }[state];
    // A live region speaks whenever it is written to, so it is written to only when there is news.
    if (status.textContent !== text) status.textContent = text;
    const { done = 0, assigned = null } = this.progress ?? {};
    this.slot("progress").textContent = assigned === null ? `${done} rated` : `${done} of ${assigned}`;
    this.act("flag").setAttribute("aria-pressed", String(this.flagged === true));
    const instant = this.criteria?.length === 1 && choicesOf(this.criteria[0]) && !this.criteria[0].evidence;
    this.act("save").hidden = Boolean(instant);
    this.act("mark").hidden = !this.criteria?.some(({ evidence }) => evidence);
    for (const kbd of this.shadow.querySelectorAll("kbd[data-key]")) kbd.textContent = showKey(this.keymap.keyOf(kbd.dataset.key));
    if (this.element.classList.contains("resting")) this.#rest();
  }

  #drawKeys() {
    const rows = ACTIONS.map(([action, , meaning]) => {
      const row = make("tr");
      const change = make("button", "key", showKey(this.keymap.keyOf(action)));
      change.type = "button";
      change.setAttribute("aria-label", `${meaning}: ${showKey(this.keymap.keyOf(action))}. Change the key`);
      change.addEventListener("click", () => {
        this.remapping = action;
        this.slot("keys-hint").textContent = `Press the new key for “${meaning}”, or Escape.`;
      });
      const cell = make("td");
      cell.append(change);
      row.append(cell, make("td", "", meaning));
      return row;
    });
    const digits = make("tr");
    const cell = make("td");
    cell.append(make("kbd", "", "1"), "–", make("kbd", "", "9"));
    digits.append(cell, make("td", "", "Choose a value"));
    this.slot("keys").replaceChildren(digits, ...rows);
  }

  // ---- keys and clicks

  #listen() {
    const { signal } = this.closing;
    if (!this.courier) document.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    addEventListener("storage", (event) => this.#otherTab(event), { signal });
    addEventListener("online", () => this.#flush({ now: true }), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("resize", () => fit(this.element, this.shadow.host), { signal });
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
    this.shadow.addEventListener("click", (event) => this.#click(event), { signal });
    this.shadow.addEventListener("pointerup", (event) => this.#pointer(event), { signal });
    this.slot("note").addEventListener("input", () => this.#drafted(), { signal });
    this.slot("note").addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.currentTarget.blur();
    }, { signal });
    // Streamlit covers the page while it has no connection. The desk goes on without one, and its status line says so.
    this.notices = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) this.#dismiss(node);
    });
    this.notices.observe(document.body, { childList: true });
    for (const dialog of this.shadow.querySelectorAll("dialog")) {
      dialog.addEventListener("close", () => { this.remapping = null; }, { signal });
    }
    this.slot("reason").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !isComposing(event)) {
        event.preventDefault();
        this.#perform("skip-now");
      }
    }, { signal });
  }

  #dismiss(node) {
    if (!(node instanceof Element) || !node.matches('[data-testid="stDialog"]')) return;
    if (!/connection/i.test(node.querySelector('[slot="title"]')?.textContent ?? "")) return;
    this.away = true;
    this.#draw();
    node.querySelector("button")?.click();
  }

  #leave() {
    if (this.outbox.all().length) this.#flush({ now: true });
  }

  #visibility() {
    if (document.visibilityState === "hidden") {
      if (this.visibleSince !== null) this.visible += performance.now() - this.visibleSince;
      this.visibleSince = null;
      this.#leave();
    } else {
      this.visibleSince ??= performance.now();
      this.#flush();
    }
  }

  // Another tab of the same annotator has saved or acknowledged something.
  #otherTab(event) {
    if (!this.outbox.isEntry(event.key)) return;
    if (event.newValue) {
      const entry = JSON.parse(event.newValue);
      this.done.set(entry.item, entry);
      if (this.item?.id === entry.item) this.#next();
    }
    this.#draw();
  }

  #key(event) {
    const open = [...this.shadow.querySelectorAll("dialog")].find((dialog) => dialog.open);
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
    if (open) {
      if (this.#dialogKey(event, open)) this.#taken(event);
      return;
    }
    if (isTyping(event)) {
      if (event.key === "Enter" && event.composedPath()[0].matches?.('input[type="number"]')) {
        this.#taken(event);
        if (!event.repeat) this.#save(event);
      }
      return;
    }
    // A dialog of the page around the desk has the keys for itself.
    if (event.composedPath().some((node) => node instanceof Element && node.matches?.('[role="dialog"]'))) return;
    if (event.repeat && !this.evidence.caret) {
      if (this.#meaning(event)) this.#taken(event);
      return;
    }
    if (this.evidence.caret) {
      if (this.evidence.caretKey(event)) {
        this.#taken(event);
        this.#hint(this.evidence.caret ? `“${this.evidence.caretText}”: Shift with arrows widens, Enter marks, Escape leaves.` : "");
      }
      return;
    }
    const meaning = this.#meaning(event);
    if (!meaning) return;
    this.#taken(event);
    meaning();
  }

  #taken(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // What a key does now, or null where it is none of the desk's.
  #meaning(event) {
    const pressed = event.composedPath()[0];
    const onButton = pressed instanceof Element && pressed.closest("button, a, summary, [role=button]");
    const onValue = onButton && onButton.getAttribute("role") === "radio";
    if (onButton && !onValue && (event.key === "Enter" || event.key === " ")) return null;
    if (onValue && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      return () => this.form.step(event.key === "ArrowRight" ? 1 : -1);
    }
    if (pressed instanceof Element && pressed.closest(".scroll") && this.criteria?.length === 1 && event.key.startsWith("Arrow")) return null;
    const digit = KeyMap.candidates(event).find((key) => /^[0-9]$/.test(key));
    if (digit !== undefined) return () => this.form.press(digit, event);
    const action = this.keymap.actionOf(event);
    return action ? () => this.#perform(action, event) : null;
  }

  #dialogKey(event, dialog) {
    if (this.remapping && event.key !== "Tab") {
      if (event.repeat || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return true;
      const why = event.key === "Escape" ? "" : this.keymap.change(this.remapping, event);
      this.slot("keys-hint").textContent = why;
      if (!why) this.remapping = null;
      this.#drawKeys();
      this.#draw();
      return true;
    }
    if (isTyping(event) || event.repeat) return false;
    if (dialog === this.dialog("skip") && /^[1-9]$/.test(event.key)) {
      if (SKIPS[event.key - 1]) this.#skip(SKIPS[event.key - 1]);
      return true;
    }
    const toggles = { [this.keymap.keyOf("guidelines")]: "guidelines", [this.keymap.keyOf("help")]: "help" };
    if (dialog === this.dialog(toggles[event.key.toLowerCase()])) {
      dialog.close();
      return true;
    }
    return false;
  }

  #perform(action, event) {
    const acts = {
      up: () => this.form.activate(this.form.active - 1),
      down: () => this.form.activate(this.form.active + 1),
      save: () => this.#save(event),
      back: () => this.#back(),
      skip: () => this.item && !this.#tooEarly(event) && this.#askReason(),
      "skip-now": () => this.#skip(this.slot("reason").value.trim() || "no reason given"),
      flag: () => !this.#tooEarly(event) && this.#flag(),
      note: () => this.#note(),
      inapplicable: () => this.form.inapplicable(event),
      mark: () => this.#markWithKeys(),
      unmark: () => this.evidence.list().length && this.evidence.remove(-1),
      search: () => this.slot("search").focus(),
      guidelines: () => this.dialog("guidelines").showModal(),
      help: () => this.dialog("help").showModal(),
      "reset-keys": () => { this.keymap.reset(); this.#drawKeys(); this.#draw(); },
      "forget-refused": () => { this.outbox.forgetRefused(); this.dialog("refused").close(); this.#draw(); },
    };
    acts[action]?.();
    if (action === "up" || action === "down") this.evidence.aim(this.form.current);
  }

  #note() {
    if (!this.item) return;
    this.#noteOpen(true);
    this.slot("note").focus();
  }

  #markWithKeys() {
    if (!this.evidence.criterion) this.evidence.aim(this.criteria?.find(({ evidence }) => evidence));
    const chosen = this.evidence.selected();
    if (chosen) {
      this.evidence.add(chosen);
      document.getSelection()?.removeAllRanges();
    } else if (this.evidence.enter()) {
      this.#hint("Arrows move, Shift with arrows widens, Enter marks, Tab goes to the next text, Escape leaves.");
    } else {
      this.#hint("This rubric asks for no marked words.");
    }
  }

  #askReason() {
    const buttons = SKIPS.map((reason, i) => {
      const button = make("button", "value");
      button.type = "button";
      button.append(make("kbd", "", String(i + 1)), make("b", "", reason));
      button.addEventListener("click", () => this.#skip(reason));
      return button;
    });
    this.slot("reasons").replaceChildren(...buttons);
    this.slot("reason").value = "";
    this.dialog("skip").showModal();
  }

  #click(event) {
    const button = event.target.closest?.("[data-act]");
    if (event.target.closest?.("[data-slot=status]")?.dataset.state === "refused") this.#showRefused();
    if (button) this.#perform(button.dataset.act, event);
    // After a mouse click the keyboard belongs to the desk again, not to the button.
    const inDialog = event.target.closest?.("dialog");
    if (event.detail > 0 && event.target.closest?.("button") && !inDialog) this.shadow.activeElement?.blur?.();
  }

  #pointer(event) {
    if (event.pointerType !== "mouse" || !event.target.closest?.(".text")) return;
    if (!this.evidence.criterion) return;
    const mark = this.evidence.selected();
    if (!mark) return;
    this.evidence.add(mark);
    document.getSelection()?.removeAllRanges();
  }

  #showRefused() {
    const lines = this.outbox.refused().map(({ item, scores, skip, reason }) =>
      make("li", "", `Item ${item}: ${skip ?? Object.values(scores ?? {}).join(", ")}. ${reason}`));
    this.slot("refusals").replaceChildren(...lines);
    this.dialog("refused").showModal();
  }
}

let seated = null;

export default function ({ parentElement, data, setStateValue }) {
  const same = seated && seated.shadow === parentElement && seated.study === data.study &&
    seated.annotator === data.annotator && seated.courier === Boolean(data.courier);
  if (!same) {
    seated?.close();
    seated = new Desk(parentElement, data);
  }
  seated.receive(data, setStateValue);
  const mine = seated;
  return () => {
    mine.close();
    if (seated === mine) seated = null;
  };
}
