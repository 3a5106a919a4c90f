// The form: one group of values for each criterion, as the rubric has them.

const MOST_STEPS = 11;

function choicesOf(criterion) {
  if (criterion.kind !== "interval") return criterion.values.map(({ name, meaning }) => ({ value: name, name, meaning }));
  const { low, high, step } = criterion;
  const count = step ? Math.round((high - low) / step) + 1 : Infinity;
  if (count > MOST_STEPS) return null;
  return Array.from({ length: count }, (_, i) => {
    const value = Number((low + i * step).toPrecision(12));
    return { value, name: String(value), meaning: "" };
  });
}

// Values that are digits have their own key; others the key of their place.
function keysOf(choices) {
  const digits = choices.every(({ name }) => /^[0-9]$/.test(name));
  return choices.map(({ name }, i) => (digits ? name : i < 9 ? String(i + 1) : ""));
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

class Form {
  // `changed(how)` is called after every choice: "chosen" by a press of a value, "edited" while a number is typed.
  constructor(slot, keymap, changed) {
    this.slot = slot;
    this.keymap = keymap;
    this.changed = changed;
    this.criteria = [];
    this.groups = [];
    this.active = 0;
    this.scores = {};
  }

  build(criteria) {
    this.criteria = criteria;
    this.groups = criteria.map((criterion, place) => this.#group(criterion, place));
    this.slot.replaceChildren(...this.groups.map((group) => group.element));
    this.slot.classList.toggle("several", criteria.length > 1);
    this.reset({});
  }

  #group(criterion, place) {
    const element = make("div", "criterion");
    element.setAttribute("role", "radiogroup");
    const question = make("p", "question", criterion.question);
    question.id = `criterion-${place}`;
    question.dir = "auto";
    element.setAttribute("aria-labelledby", question.id);
    element.append(question);
    const values = make("div", "values");
    element.append(values);
    const choices = choicesOf(criterion);
    const group = { element, choices, buttons: new Map(), keys: new Map() };
    if (choices) {
      const keys = keysOf(choices);
      choices.forEach((choice, i) => values.append(this.#button(group, place, choice, keys[i])));
    } else {
      values.append(this.#number(group, place, criterion));
    }
    if (criterion.inapplicable) {
      const choice = { value: NOT_APPLICABLE, name: "Does not apply", meaning: criterion.inapplicable };
      const button = this.#button(group, place, choice, "");
      button.querySelector("kbd").dataset.key = "inapplicable";
      button.classList.add("inapplicable");
      values.append(button);
    }
    element.addEventListener("pointerdown", () => this.activate(place));
    element.addEventListener("focusin", () => this.activate(place));
    return group;
  }

  #button(group, place, { value, name, meaning }, key) {
    const button = make("button", "value");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", "false");
    button.append(make("kbd", "", key), make("b", "", name));
    button.firstChild.hidden = key === name || (!key && value !== NOT_APPLICABLE);
    if (meaning) button.append(make("span", "meaning", meaning));
    button.dir = "auto";
    button.addEventListener("click", (event) => this.choose(place, value, event));
    group.buttons.set(value, button);
    if (key) group.keys.set(key, value);
    return button;
  }

  #number(group, place, criterion) {
    const label = make("label", "number");
    const input = document.createElement("input");
    Object.assign(input, { type: "number", min: criterion.low, max: criterion.high, step: criterion.step ?? "any" });
    input.inputMode = "decimal";
    input.setAttribute("aria-describedby", `criterion-${place}`);
    input.addEventListener("input", () => {
      const valid = input.value !== "" && input.checkValidity();
      if (valid) this.scores[criterion.name] = input.valueAsNumber;
      else delete this.scores[criterion.name];
      this.#paint();
      this.changed("edited");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") input.blur();
    });
    label.append(input, make("span", "meaning", `${criterion.low} to ${criterion.high}`));
    group.input = input;
    return label;
  }

  get current() {
    return this.criteria[this.active];
  }

  get complete() {
    return this.criteria.every(({ name }) => this.scores[name] !== undefined);
  }

  reset(scores) {
    this.scores = { ...scores };
    for (const [place, { name }] of this.criteria.entries()) {
      const { input } = this.groups[place];
      if (input) input.value = typeof this.scores[name] === "number" ? String(this.scores[name]) : "";
    }
    const open = this.criteria.findIndex(({ name }) => this.scores[name] === undefined);
    this.activate(Math.max(open, 0));
    this.#paint();
  }

  activate(place) {
    this.active = Math.max(0, Math.min(place, this.criteria.length - 1));
    this.groups.forEach(({ element }, i) => element.classList.toggle("active", i === this.active));
    if (this.criteria.length > 1) this.groups[this.active]?.element.scrollIntoView({ block: "nearest" });
  }

  // The press of a digit; false where this criterion has no such value.
  press(digit, event) {
    const group = this.groups[this.active];
    if (group?.input && !group.choices) {
      group.input.focus();
      group.input.value = digit;
      group.input.dispatchEvent(new Event("input"));
      return true;
    }
    if (!group?.keys.has(digit)) return false;
    this.choose(this.active, group.keys.get(digit), event);
    return true;
  }

  inapplicable(event) {
    if (this.current?.inapplicable) this.choose(this.active, NOT_APPLICABLE, event);
  }

  step(by) {
    const group = this.groups[this.active];
    const values = [...group.buttons.keys()];
    if (!values.length) return;
    const at = values.indexOf(this.scores[this.current.name]);
    const next = values[(at + by + values.length) % values.length];
    this.scores[this.current.name] = next;
    this.#paint();
    group.buttons.get(next).focus();
    this.changed("edited");
  }

  choose(place, value, event) {
    this.activate(place);
    if (this.changed("asked", event) === false) return;
    this.scores[this.criteria[place].name] = value;
    const { input } = this.groups[place];
    if (input) input.value = "";
    this.#paint();
    this.changed("chosen", event);
  }

  #paint() {
    for (const [place, { name }] of this.criteria.entries()) {
      const { buttons, element } = this.groups[place];
      const score = this.scores[name];
      element.classList.toggle("answered", score !== undefined);
      let first = true;
      for (const [value, button] of buttons) {
        button.setAttribute("aria-checked", String(value === score));
        button.tabIndex = value === score || (score === undefined && first) ? 0 : -1;
        first = false;
      }
    }
  }
}
