// The sheet: figures, intervals and tables, as text only; whatever a record or a person is called is drawn to the letter.

function words(tag, className, text) {
  const element = make(tag, className);
  element.dir = "auto";
  element.append(...plainWords(String(text)));
  return element;
}

function place(value, { low, high }) {
  return `${100 * Math.min(1, Math.max(0, (value - low) / (high - low)))}%`;
}

const BLOCKS = {
  heading: ({ text }) => [words("h2", "", text)],
  message: ({ title, text }) => {
    const box = make("div", "message");
    if (title) box.append(words("h3", "", title));
    for (const line of text.split("\n")) box.append(words("p", "", line));
    return [box];
  },
  tiles: ({ tiles }) => {
    const row = make("div", "tiles");
    row.append(...tiles.map(tileOf));
    return [row];
  },
  intervals: (block) => {
    const plot = make("div", "plot");
    plot.append(...block.rows.map((row) => intervalOf(row, block)), axisOf(block));
    return [plot];
  },
  table: ({ headings, rows, right }) => {
    const table = make("table");
    const kind = (place) => (right.includes(place) ? "number" : "");
    const head = table.createTHead().insertRow();
    head.append(...headings.map((text, at) => Object.assign(words("th", kind(at), text), { scope: "col" })));
    const body = table.createTBody();
    for (const cells of rows) body.insertRow().append(...cells.map((text, at) => words("td", kind(at), text)));
    return [wide(table)];
  },
  timeline: (block) => {
    const box = make("div", "timeline");
    box.append(...block.ticks.map(([down, text]) => upright(down, text)), curves(block));
    box.append(...block.dots.map(([across, down, text]) => dot(across, down, text)));
    const dates = make("div", "dates");
    dates.append(...block.dates.map(([across, text]) => placed(words("span", "", text), across)));
    return [words("p", "now", block.now), box, dates];
  },
  matrix: ({ names, cells }) => {
    const table = make("table", "matrix");
    table.createTHead().insertRow().append(make("td"), ...names.map((name) => words("th", "", name)));
    const body = table.createTBody();
    names.forEach((name, at) => {
      body.insertRow().append(Object.assign(words("th", "", name), { scope: "row" }), ...cells[at].map(cellOf));
    });
    return [wide(table)];
  },
};

function placed(element, across, down = null) {
  element.style.left = `${100 * across}%`;
  if (down !== null) element.style.top = `${100 * down}%`;
  return element;
}

function upright(down, text) {
  return placed(words("span", "grid", text), 0, down);
}

function dot(across, down, text) {
  const element = placed(make("span", "dot"), across, down);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", text);
  element.title = text;
  return element;
}

// Only numbers that the server has worked out go into the drawing; the text of a page is never part of it.
function curves({ band, line, raw, limits }) {
  const drawing = shape("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(...band.map((points) => shape("polygon", { class: "band", points })));
  for (const down of limits) {
    drawing.append(shape("line", { class: "limit", x1: 0, x2: 1000, y1: 1000 * down, y2: 1000 * down }));
  }
  drawing.append(...raw.map((points) => shape("polyline", { class: "raw", points })));
  drawing.append(...line.map((points) => shape("polyline", { class: "figure", points })));
  return drawing;
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function wide(table) {
  const box = make("div", "wide");
  box.tabIndex = 0;
  box.append(table);
  return box;
}

function tileOf({ value, name, about = "", share = null }) {
  const tile = make("div", "tile");
  tile.append(words("b", "", value), words("span", "name", name));
  if (about) tile.append(words("span", "", about));
  if (share !== null) {
    const track = make("div", "track");
    const done = make("i");
    done.style.width = place(share, { low: 0, high: 1 });
    track.append(done);
    tile.append(track);
  }
  return tile;
}

function namedRow(name, about) {
  const element = words("div", "name", name);
  if (about) element.append(words("small", "", about));
  return element;
}

function intervalOf({ name, about = "", value = null, low, high, text, tone = "" }, axis) {
  const row = make("div", "row");
  row.dataset.tone = tone;
  row.append(namedRow(name, about));
  if (value === null) {
    row.append(words("div", "why", text));
    return row;
  }
  const strip = make("div", "strip");
  strip.append(...axis.ticks.map((tick) => at("tick", tick, axis)));
  const range = at("range", low, axis);
  range.style.right = `${100 - parseFloat(place(high, axis))}%`;
  strip.append(range, at("point", value, axis));
  row.append(strip, words("div", "figure", text));
  return row;
}

function at(className, value, axis) {
  const element = make("span", className);
  element.style.left = place(value, axis);
  return element;
}

function axisOf(axis) {
  const row = make("div", "axis");
  const strip = make("div", "strip");
  for (const tick of axis.ticks) {
    const label = at("", tick, axis);
    label.textContent = String(tick).replace("-", "−");
    strip.append(label);
  }
  row.append(make("div", "name"), strip, make("div", "figure"));
  return row;
}

function cellOf(cell) {
  if (cell === null) return make("td");
  const element = words("td", "", cell.text);
  element.append(words("small", "", cell.about));
  element.style.setProperty("--share", String(cell.share));
  return element;
}

function sectionOf(block) {
  const section = make("section");
  if (block.kind !== "message" && block.title) section.append(words("h3", "", block.title));
  if (block.about) section.append(words("p", "about", block.about));
  section.append(...BLOCKS[block.kind](block));
  return section;
}

export default function ({ parentElement, data }) {
  parentElement.querySelector("[data-sheet]").replaceChildren(...data.blocks.map(sectionOf));
}
