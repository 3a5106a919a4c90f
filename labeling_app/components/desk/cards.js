// Cards: the texts of an item and the guidelines, laid out the same wherever an item is shown.

const NOT_APPLICABLE = "not_applicable";
const RIGHT = new Set(["response", "rival"]);
const TITLES = { question: "Question", response: "Response", rival: "Rival response", reference: "Reference", documents: "Document" };
const PAIR = { response: "Response A", rival: "Response B" };

function layOut(passages) {
  const left = [];
  const right = [];
  const views = [];
  let question = null;
  const titles = passages.some(({ source }) => source === "rival") ? { ...TITLES, ...PAIR } : TITLES;
  for (const passage of passages) {
    const view = new PassageView(passage);
    views.push(view);
    if (passage.source === "question") question = view.root;
    else (RIGHT.has(passage.source) ? right : left).push(cardOf(passage, view, titles));
  }
  return { left, right, question, views };
}

function cardOf(passage, view, titles) {
  const card = make("article", "card");
  const number = /\[(\d+)\]$/.exec(passage.source)?.[1];
  const kind = titles[fieldOf(passage.source)] ?? fieldOf(passage.source).replace(/^metadata\./, "");
  const heading = make("h2", "", number === undefined ? kind : `${kind} ${Number(number) + 1}`);
  card.setAttribute("aria-label", heading.textContent);
  if (passage.title) {
    const title = make("bdi", "title");
    title.append(...plainWords(passage.title));
    heading.append(" ", title);
  }
  card.append(heading, view.root);
  return card;
}

// A short text in one line, with hidden characters visible.
function plainWords(text) {
  return [...new PassageView({ source: "", text: text.replaceAll("\n", " ") }).root.querySelector(".line").childNodes];
}

// Two responses stand side by side, each with a scroll bar of its own.
function putOut(slot, { left, right, question }) {
  slot("left").replaceChildren(...left);
  slot("right").replaceChildren(...right);
  slot("question").replaceChildren(...(question ? [question] : []));
  slot("question").hidden = !question;
  slot("left-pane").classList.toggle("empty", left.length === 0);
  const pair = right.length > 1;
  slot("right").classList.toggle("pair", pair);
  for (const card of right) {
    if (pair) card.tabIndex = 0;
    card.scrollTop = 0;
  }
  for (const name of ["left", "right", "question"]) slot(name).scrollTop = 0;
}

function guidelinesOf(data) {
  const parts = [make("p", "", data.guidance)];
  for (const { question, guidance: how, values, inapplicable } of data.criteria) {
    parts.push(make("h3", "", question));
    if (how) parts.push(make("p", "", how));
    const list = make("dl");
    for (const { name, meaning } of values) list.append(make("dt", "", name), make("dd", "", meaning));
    if (inapplicable) list.append(make("dt", "", "Does not apply"), make("dd", "", inapplicable));
    parts.push(list);
  }
  for (const part of parts) part.dir = "auto";
  return parts;
}

// The criteria whose answers ask for marked words.
function wantingMarks(criteria, scores) {
  return criteria.filter(({ name, evidence }) => {
    const score = scores[name];
    if (!evidence || score === undefined || score === NOT_APPLICABLE) return false;
    return evidence.when.length === 0 || evidence.when.includes(String(score));
  });
}

// The desk fills the window below what stands above it.
function fit(element, host) {
  const top = host.getBoundingClientRect().top + (document.scrollingElement?.scrollTop ?? 0);
  element.style.setProperty("--above", `${Math.round(Math.max(0, top))}px`);
}
