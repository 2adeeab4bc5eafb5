// Which sightings are shown: cards, contact sheet and timeline together.

const SIDES = { military: "military", civil: "civil", untold: "military or civil not told", none: "no vehicle" };
const LEVELS = { type: "type", family: "family only", category: "category only", class: "military or civil only", unknown: "no answer" };
const REVIEWS = {
  undecided: ["not decided by you", (id) => !isDecided(id)],
  decided: ["decided by you", (id) => isDecided(id)],
  reviewed: ["reviewed by anybody", (id) => opinionsOf(id).some((edit) => edit.decision)],
  unreviewed: ["reviewed by nobody", (id) => !opinionsOf(id).some((edit) => edit.decision)],
  other: ["named otherwise", (id) => opinionsOf(id).some((edit) => edit.node && edit.node !== sightings.get(id).suggested)],
  differ: ["reviewers differ", (id) => agreed(opinionsOf(id)).differ],
  noted: ["with a note", (id) => opinionsOf(id).some((edit) => edit.note)],
};
let shownIds = [];

function fillFilters() {
  const form = $("filters");
  const fill = (name, rows) => form.elements[name].replaceChildren(new Option("all", ""), ...rows.map(([value, text]) => new Option(text, value)));
  const counted = (key, label) => {
    const tally = new Map();
    for (const row of data.sightings) tally.set(row[key], (tally.get(row[key]) ?? 0) + 1);
    return [...tally].map(([value, number]) => [value, `${label(value)} (${number})`]);
  };
  const inOrder = (key, words) => counted(key, (value) => words[value]).sort((a, b) => Object.keys(words).indexOf(a[0]) - Object.keys(words).indexOf(b[0]));
  fill("side", inOrder("side", SIDES));
  fill("level", inOrder("level", LEVELS));
  fill("category", counted("category", (id) => (nodes.has(id) ? nodes.get(id).name : SIDES[id === "background" ? "none" : "untold"])).sort((a, b) => a[1].localeCompare(b[1], data.language)));
  fill("source", counted("source", tidy));
  fill("review", Object.entries(REVIEWS).map(([value, [text]]) => [value, text]));
}

function passes(row, wanted, words) {
  for (const key of ["side", "level", "category", "source"]) if (wanted.get(key) && wanted.get(key) !== row[key]) return false;
  if (wanted.get("flagged") && !row.flagged) return false;
  if (wanted.get("review") && !REVIEWS[wanted.get("review")][1](row.id)) return false;
  const text = cardOf(row.id).textContent.toLowerCase(), key = keyOf(words);
  if (!words || text.includes(words.toLowerCase())) return true;
  const named = [row.suggested, ...opinionsOf(row.id).map((edit) => edit.node)].filter((id) => nodes.has(id));
  return Boolean(key) && named.some((id) => nodes.get(id).keys.some((name) => name.includes(key)));
}

function applyFilters() {
  const wanted = new FormData($("filters")), words = String(wanted.get("text")).trim();
  const shown = data.sightings.filter((row) => passes(row, wanted, words));
  const anchors = new Set(shown.map((row) => String(row.anchor)));
  shownIds = shown.sort((a, b) => a.anchor - b.anchor).map((row) => row.id);
  for (const [anchor, list] of items) for (const item of list) item.hidden = !anchors.has(anchor);
  const isFiltered = shown.length < data.sightings.length;
  for (const group of document.querySelectorAll(".group, .fold, .clip, .sheet")) group.hidden = !group.querySelector("[data-sighting]:not([hidden])");
  for (const fold of document.querySelectorAll(".fold")) {
    if (isFiltered && !fold.open) fold.dataset.opened = "by the filter";
    if (isFiltered || fold.dataset.opened) fold.open = isFiltered;
    if (!isFiltered) delete fold.dataset.opened;
  }
  $("filter-count").textContent = `${shown.length} of ${data.sightings.length} sightings shown`;
  $("filter-count").classList.toggle("filtered", isFiltered);
}
