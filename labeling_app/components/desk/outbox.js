// The outbox: every rating stands in localStorage from the key press until the server has said that it is committed.

class Outbox {
  constructor(study, annotator) {
    this.space = `evenhand/${encodeURIComponent(study)}/${encodeURIComponent(annotator)}/`;
    this.memory = new Map();
    this.durable = true;
    this.last = 0;
  }

  #read(prefix) {
    const found = new Map();
    for (const [name, value] of this.memory) if (name.startsWith(prefix)) found.set(name, value);
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const name = localStorage.key(i);
        if (name.startsWith(prefix)) found.set(name, localStorage.getItem(name));
      }
    } catch {
      this.durable = false;
    }
    const values = [];
    for (const [name, value] of found) {
      try {
        values.push(JSON.parse(value));
      } catch {
        this.#drop(name);
      }
    }
    return values;
  }

  #write(name, value) {
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(name, text);
    } catch {
      this.durable = false;
      this.memory.set(name, text);
    }
  }

  #drop(name) {
    this.memory.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      this.durable = false;
    }
  }

  // One name for each entry, so that two tabs never write over each other's.
  put(entry) {
    this.last = Math.max(this.last + 1, Date.now());
    const kept = { ...entry, key: newKey(), made: this.last };
    this.#write(`${this.space}entry/${kept.key}`, kept);
    return kept;
  }

  all() {
    return this.#read(`${this.space}entry/`).sort((a, b) => a.made - b.made || (a.key < b.key ? -1 : 1));
  }

  isEntry(name) {
    return name?.startsWith(`${this.space}entry/`) ?? false;
  }

  remove(key) {
    this.#drop(`${this.space}entry/${key}`);
  }

  refuse(entry, reason) {
    this.#write(`${this.space}refused/${entry.key}`, { ...entry, reason });
    this.remove(entry.key);
  }

  refused() {
    return this.#read(`${this.space}refused/`);
  }

  forgetRefused() {
    for (const entry of this.refused()) this.#drop(`${this.space}refused/${entry.key}`);
  }

  // What is filled in but not saved yet survives a reload too.
  draft(item) {
    return this.#read(`${this.space}draft/${item}/`)[0] ?? null;
  }

  keepDraft(item, draft) {
    if (draft) this.#write(`${this.space}draft/${item}/`, draft);
    else this.#drop(`${this.space}draft/${item}/`);
  }

  keys() {
    return this.#read(`${this.space}keys/`)[0] ?? {};
  }

  keepKeys(keys) {
    this.#write(`${this.space}keys/`, keys);
  }
}

function newKey() {
  // randomUUID exists only where the page is served securely; a study on a plain http intranet needs keys too.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
