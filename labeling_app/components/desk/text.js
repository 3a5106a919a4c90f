// Texts: shown to the letter, with hidden characters visible, and offsets that are code points of the raw text.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/u;
const HIDDEN_RUNS = new RegExp(`(?:(?![\\n\\t])${HIDDEN.source})+`, "gu");
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|[#*0-9]/u;
const JOINING = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Mongolian}\p{Mn}]/u;
// The three regional flags that fonts draw; every other run of tag characters is text that hides.
const FLAG_TAGS = new Set(["gbeng", "gbsct", "gbwls"]);
const LINES_IN_CHUNK = 40;
const LETTERS_IN_CHUNK = 4000;

const NAMES = new Map(Object.entries({
  0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0b: "VT", 0x0c: "FF", 0x0d: "CR", 0x1b: "ESC", 0x7f: "DEL", 0x85: "NEL",
  0xad: "SHY", 0x34f: "CGJ", 0x61c: "ALM", 0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM",
  0x2028: "LSEP", 0x2029: "PSEP", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
  0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x2800: "BLANK", 0x3164: "FILLER",
  0xfeff: "BOM",
}).map(([code, name]) => [Number(code), name]));

const isTag = (code) => code >= 0xe0000 && code <= 0xe007f;

function countCodePoints(text) {
  const pairs = text.match(PAIRS);
  return text.length - (pairs ? pairs.length : 0);
}

function utf16Index(text, codePoints) {
  let index = 0;
  for (let passed = 0; passed < codePoints && index < text.length; passed += 1) {
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}

function before(text, index) {
  if (index <= 0) return "";
  const low = text.charCodeAt(index - 1);
  return low >= 0xdc00 && low <= 0xdfff && index > 1 ? text.slice(index - 2, index) : text[index - 1];
}

function after(text, index) {
  return index < text.length ? String.fromCodePoint(text.codePointAt(index)) : "";
}

// Joiners and selectors are part of how emoji, Persian or Hindi are written: they stay where a script needs them.
function belongs(text, start, end) {
  const run = text.slice(start, end);
  const left = before(text, start);
  const right = after(text, end);
  if (run === "\r") return right === "\n";
  if (run === "\u200d") return (PICTURE.test(left) && PICTURE.test(right)) || (JOINING.test(left) && right !== "");
  if (run === "\u200c") return JOINING.test(left) && right !== "";
  if (run === "\ufe0f" || run === "\ufe0e") return PICTURE.test(left) || right === "\u20e3";
  if (run === "\ufe0f\u200d") return PICTURE.test(left) && PICTURE.test(right);
  if (/^[\u{e0100}-\u{e01ef}]$/u.test(run)) return /\p{Script=Han}/u.test(left);
  if (/^[\u115f\u1160]+$/.test(run)) return /\p{Script=Hangul}/u.test(left + right);
  if (left === "\u{1f3f4}" && run.endsWith("\u{e007f}")) return FLAG_TAGS.has(tagText(run));
  return false;
}

function tagText(run) {
  let text = "";
  for (const letter of run) {
    const code = letter.codePointAt(0) - 0xe0000;
    if (code >= 0x20 && code <= 0x7e) text += String.fromCharCode(code);
  }
  return text;
}

function nameOf(code) {
  const known = NAMES.get(code);
  return known ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// One mark for each hidden character, but one for a whole run of tags (it says what they spell) or of repeats.
function* markRuns(run) {
  const codes = Array.from(run, (letter) => letter.codePointAt(0));
  for (let at = 0; at < codes.length; ) {
    let end = at + 1;
    if (isTag(codes[at])) {
      while (end < codes.length && isTag(codes[end])) end += 1;
      const spelled = tagText(codes.slice(at, end).map((code) => String.fromCodePoint(code)).join(""));
      yield { count: end - at, name: `TAGS ${spelled || end - at}` };
    } else {
      while (end < codes.length && codes[end] === codes[at]) end += 1;
      yield { count: end - at, name: nameOf(codes[at]) + (end - at > 1 ? ` ×${end - at}` : "") };
    }
    at = end;
  }
}

class PassageView {
  // One passage as DOM; `toRaw` and `toRange` translate between the page and code points of the raw text.
  constructor(passage) {
    this.source = passage.source;
    this.text = passage.text;
    this.places = new WeakMap();
    this.leaves = [];
    this.root = document.createElement("div");
    this.root.className = "text";
    this.root.dataset.source = passage.source;
    this.end = this.#build();
    this.#place(this.root, 0, this.end);
  }

  #place(node, start, end) {
    this.places.set(node, { start, end });
  }

  #leaf(node, start, end, mark) {
    this.leaves.push({ node, start, end, mark });
    this.#place(node, start, end);
  }

  #build() {
    let at = 0;
    let chunk = null;
    let chunkStart = 0;
    let lines = 0;
    let letters = 0;
    const close = () => {
      if (!chunk) return;
      this.#place(chunk, chunkStart, at);
      chunk.style.setProperty("--lines", String(lines + Math.ceil(letters / 70)));
      this.root.append(chunk);
      chunk = null;
    };
    const texts = this.text.split("\n");
    texts.forEach((line, number) => {
      if (!chunk) {
        chunk = document.createElement("div");
        chunk.className = "chunk";
        chunkStart = at;
        lines = 0;
        letters = 0;
      }
      at = this.#line(chunk, line, at);
      if (number < texts.length - 1) at += 1;
      lines += 1;
      letters += line.length;
      if (lines >= LINES_IN_CHUNK || letters >= LETTERS_IN_CHUNK) close();
    });
    close();
    return at;
  }

  #line(chunk, line, start) {
    const element = document.createElement("div");
    element.className = "line";
    element.dir = "auto";
    let at = start;
    let from = 0;
    const plain = (end) => {
      if (end <= from) return;
      const piece = line.slice(from, end);
      const node = document.createTextNode(piece);
      element.append(node);
      const length = countCodePoints(piece);
      this.#leaf(node, at, at + length, false);
      at += length;
    };
    for (const found of line.matchAll(HIDDEN_RUNS)) {
      const end = found.index + found[0].length;
      // A line feed ends the line, so a carriage return before it is the last letter here.
      if (belongs(line, found.index, end) || (found[0] === "\r" && end === line.length)) continue;
      plain(found.index);
      from = end;
      for (const { count, name } of markRuns(found[0])) {
        const mark = document.createElement("span");
        mark.className = "hidden-character";
        mark.dataset.name = name;
        mark.setAttribute("role", "img");
        mark.setAttribute("aria-label", `hidden character ${name}`);
        element.append(mark);
        this.#leaf(mark, at, at + count, true);
        at += count;
      }
    }
    plain(line.length);
    if (!element.firstChild) element.append(document.createElement("br"));
    this.#place(element, start, at);
    chunk.append(element);
    return at;
  }

  // Code point of the raw text for a boundary point of a selection inside this passage; null outside.
  toRaw(node, offset) {
    if (node !== this.root && !this.root.contains(node)) return null;
    const place = this.places.get(node);
    if (place && node.nodeType === Node.TEXT_NODE) return place.start + countCodePoints(node.data.slice(0, offset));
    const next = node.childNodes[offset];
    if (next) return this.places.get(next)?.start ?? place?.start ?? null;
    return place?.end ?? null;
  }

  toRange(start, end) {
    const range = document.createRange();
    const first = this.#leafAt(start, false);
    const last = this.#leafAt(end, true);
    if (!first || !last) return null;
    this.#set(range, "Start", first, start);
    this.#set(range, "End", last, end);
    return range;
  }

  #leafAt(offset, asEnd) {
    let low = 0;
    let high = this.leaves.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const leaf = this.leaves[middle];
      if (asEnd ? leaf.end >= offset : leaf.end > offset) high = middle;
      else low = middle + 1;
    }
    return this.leaves[low];
  }

  #set(range, side, leaf, offset) {
    const within = Math.max(0, Math.min(offset, leaf.end) - leaf.start);
    if (leaf.mark) range[`set${side}${side === "Start" ? "Before" : "After"}`](leaf.node);
    else range[`set${side}`](leaf.node, utf16Index(leaf.node.data, within));
  }

  // Code points for ascending UTF-16 offsets of the raw text, in one pass.
  codePointsOf(offsets) {
    let from = 0;
    let count = 0;
    return offsets.map((offset) => {
      count += countCodePoints(this.text.slice(from, offset));
      from = offset;
      return count;
    });
  }

  get words() {
    this.wordPlaces ??= this.#findWords();
    return this.wordPlaces;
  }

  #findWords() {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
    const flat = [];
    for (const { segment, index } of segmenter.segment(this.text)) {
      if (/[\p{L}\p{N}\p{M}\p{S}]/u.test(segment)) flat.push(index, index + segment.length);
    }
    const places = this.codePointsOf(flat);
    const words = [];
    for (let i = 0; i < places.length; i += 2) words.push({ start: places[i], end: places[i + 1] });
    return words;
  }

  find(query, most) {
    if (!query) return [];
    const pattern = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
    const flat = [];
    for (const found of this.text.matchAll(pattern)) {
      flat.push(found.index, found.index + found[0].length);
      if (flat.length >= 2 * most) break;
    }
    const places = this.codePointsOf(flat);
    const hits = [];
    for (let i = 0; i < places.length; i += 2) hits.push({ view: this, start: places[i], end: places[i + 1] });
    return hits;
  }
}
