// Keys: which key does what, in any keyboard layout, and when the desk must keep silent.

const ACTIONS = [
  ["up", "ArrowUp", "Previous question"],
  ["down", "ArrowDown", "Next question"],
  ["save", "Enter", "Save, where a value does not at once"],
  ["back", "Backspace", "Reopen the last one"],
  ["skip", "s", "Skip, with a reason"],
  ["flag", "f", "Flag it for the study's owner"],
  ["note", "n", "Write a note"],
  ["inapplicable", "x", "The question does not apply"],
  ["mark", "m", "Mark words with the keyboard"],
  ["unmark", "u", "Remove the last mark"],
  ["search", "/", "Search the texts"],
  ["guidelines", "g", "Guidelines"],
  ["help", "?", "This sheet"],
];
const SHOWN = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "↵", Backspace: "⌫", " ": "Space" };
const showKey = (key) => SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key);

function isTyping(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (target instanceof HTMLElement && target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["button", "checkbox", "radio", "range", "submit"].includes(target.type);
  return target.matches("textarea, select, [role=textbox], [role=combobox]");
}

function isComposing(event) {
  return event.isComposing || event.keyCode === 229 || event.key === "Process" || event.key === "Dead";
}

class KeyMap {
  constructor(outbox) {
    this.outbox = outbox;
    this.own = outbox.keys();
  }

  keyOf(action) {
    return this.own[action] ?? ACTIONS.find(([name]) => name === action)?.[1] ?? "";
  }

  // The keys an event may stand for: what it types, and where it lies, for layouts without Latin letters or digits.
  static candidates(event) {
    const typed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[a-z0-9?/]$/.test(typed) || event.key.length > 1) return [typed];
    const code = event.code ?? "";
    const place = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1] ?? /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
    return place && !event.shiftKey ? [typed, place] : [typed];
  }

  actionOf(event) {
    const candidates = KeyMap.candidates(event);
    for (const candidate of candidates) {
      const found = ACTIONS.find(([name]) => this.keyOf(name) === candidate);
      if (found) return found[0];
    }
    return null;
  }

  // Gives an action a key; the sentence says why not, if not.
  change(action, event) {
    const key = KeyMap.candidates(event)[0];
    if (/^[0-9]$/.test(key)) return "Digits choose values.";
    if (["Escape", "Tab", "Shift", "Control", "Alt", "Meta", "Unidentified"].includes(key)) return "That key is taken by the browser.";
    const holder = ACTIONS.find(([name]) => name !== action && this.keyOf(name) === key);
    if (holder) return `“${holder[2]}” has that key.`;
    this.own = { ...this.own, [action]: key };
    this.outbox.keepKeys(this.own);
    return "";
  }

  reset() {
    this.own = {};
    this.outbox.keepKeys(this.own);
  }
}
