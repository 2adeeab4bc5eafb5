// The label page; names.js comes before it.

const crops = new Map(data.crops.map((crop) => [crop.id, crop]));
const cells = new Map();
const STATUS = {
  confirmed: ["=", "confirmed"], corrected: ["~", "corrected"], unsure: ["?", "cannot tell"],
  no_vehicle: ["x", "no vehicle"], unreviewed: ["·", "not decided"],
};

let kept = { decisions: {}, reviewer: "" };
let shown = [];
let current = null;
let past = [];

function load() {
  try {
    const found = JSON.parse(localStorage.getItem(data.key));
    if (found && found.decisions) kept = { decisions: found.decisions, reviewer: String(found.reviewer || "") };
  } catch { /* No storage, or not ours: the page starts empty. */ }
  for (const [id, row] of Object.entries(kept.decisions)) {
    if (!crops.has(id) || !(row.status in STATUS) || (row.node !== null && !nodes.has(row.node))) delete kept.decisions[id];
  }
}

function store() {
  try { localStorage.setItem(data.key, JSON.stringify(kept)); } catch {
    $("decision").textContent = "This browser keeps nothing: save the label file before you close the page.";
  }
}

const decisionOf = (id) => kept.decisions[id] || { status: "unreviewed", node: null };
const suggestionName = (crop) => (crop.suggested === null ? "No answer" : nameOf(crop.suggested));

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(1).padStart(4, "0")}`;
}

function placeOf(crop) {
  const at = crop.kind === "video" ? `, ${clock(crop.time_s)}, frame ${crop.frame_index}` : "";
  const [x1, y1, x2, y2] = crop.xyxy;
  return `${crop.source}${at}, ${Math.round(x2 - x1)} × ${Math.round(y2 - y1)} pixels`;
}

/* The sheet of all crops. */

function build() {
  for (const crop of data.crops) {
    const cell = element("div", "cell");
    cell.setAttribute("role", "option");
    cell.tabIndex = -1;
    const picture = element("img");
    picture.src = crop.uri;
    picture.loading = "lazy";
    picture.decoding = "async";
    picture.alt = "";
    cell.append(picture, element("p", "name"), element("p", "from", crop.source), element("span", "chip"));
    cell.addEventListener("click", () => look(crop.id));
    cell.addEventListener("focus", () => look(crop.id));
    cells.set(crop.id, cell);
    refresh(crop.id);
  }
}

function refresh(id) {
  const cell = cells.get(id), crop = crops.get(id), { status, node } = decisionOf(id);
  const chip = cell.querySelector(".chip");
  chip.className = `chip ${status}`;
  chip.dataset.mark = STATUS[status][0];
  chip.textContent = STATUS[status][1];
  cell.querySelector(".name").textContent = node === null ? suggestionName(crop) : nameOf(node);
}

function choose() {
  const filter = $("filter").value;
  const passes = (crop) => {
    if (filter === "all") return true;
    const status = decisionOf(crop.id).status;
    if (filter.startsWith("status:")) return status === filter.slice(7);
    return `node:${crop.suggested}` === filter;
  };
  shown = data.crops.filter(passes);
  const order = $("order").value;
  if (order === "unsure") shown.sort((a, b) => a.mass - b.mass);
  if (order === "node") shown.sort((a, b) => suggestionName(a).localeCompare(suggestionName(b), "en") || a.mass - b.mass);
  $("grid").replaceChildren(...shown.map((crop) => cells.get(crop.id)));
  $("empty").hidden = shown.length > 0;
  if (!shown.some((crop) => crop.id === current)) look(shown.length ? shown[0].id : null);
  count();
}

function count() {
  const tally = {};
  for (const crop of data.crops) {
    const { status } = decisionOf(crop.id);
    tally[status] = (tally[status] || 0) + 1;
  }
  const done = data.crops.length - (tally.unreviewed || 0);
  $("done").textContent = done;
  $("total").textContent = data.crops.length;
  $("meter").style.width = `${(100 * done) / data.crops.length}%`;
  const words = ["confirmed", "corrected", "unsure", "no_vehicle"].filter((key) => tally[key]);
  $("tally").textContent = words.map((key) => `${tally[key]} ${STATUS[key][1]}`).join(", ");
  const filter = $("filter"), value = filter.value || "all";
  const options = [["all", `all (${data.crops.length})`]];
  for (const [status, [, word]] of Object.entries(STATUS)) options.push([`status:${status}`, `${word} (${tally[status] || 0})`]);
  const suggested = new Map();
  for (const crop of data.crops) suggested.set(crop.suggested, (suggested.get(crop.suggested) || 0) + 1);
  const named = [...suggested].map(([node, number]) => [`node:${node}`, `${node === null ? "No answer" : nameOf(node)} (${number})`]);
  named.sort((a, b) => a[1].localeCompare(b[1], "en"));
  filter.replaceChildren(...[...options, ...named].map(([key, text]) => new Option(text, key)));
  filter.value = value;
}

/* The one in view. */

function look(id) {
  if (current !== null && cells.has(current)) {
    cells.get(current).setAttribute("aria-selected", "false");
    cells.get(current).tabIndex = -1;
  }
  const isNew = current !== id;
  current = id;
  for (const name of ["confirm", "unsure", "none", "undo", "search"]) $(name).disabled = id === null;
  if (id === null) { $("decision").textContent = ""; return; }
  const crop = crops.get(id), cell = cells.get(id), { status, node } = decisionOf(id);
  cell.setAttribute("aria-selected", "true");
  cell.tabIndex = 0;
  $("picture").src = crop.uri;
  $("picture").alt = `${suggestionName(crop)}, suggested`;
  $("place").textContent = placeOf(crop);
  $("suggested").textContent = suggestionName(crop);
  $("mass").style.width = `${100 * crop.mass}%`;
  $("mass-text").textContent = crop.mass.toFixed(2);
  $("reason").textContent = crop.reason;
  $("decision").textContent = status === "unreviewed" ? "" : `Decided: ${STATUS[status][1]}${node === null ? "" : `, ${nameOf(node)}`}`;
  $("confirm").disabled = crop.suggested === null;
  $("undo").disabled = status === "unreviewed" && past.length === 0;
  if (isNew) box.clear();
}

function go(step) {
  const place = shown.findIndex((crop) => crop.id === current);
  const next = shown[Math.min(shown.length - 1, Math.max(0, place + step))];
  if (next) cells.get(next.id).focus();
}

function columns() {
  const tops = shown.map((crop) => cells.get(crop.id).offsetTop);
  const second = tops.findIndex((top) => top > tops[0]);
  return second < 0 ? shown.length : second;
}

/* Names to choose from: what is typed, or else the candidates and the groups above. */

const box = nameBox({
  likely: () => (current === null ? [] : likelyNames(crops.get(current).candidates.map(([node, mass]) => [node, mass.toFixed(2)]), crops.get(current).suggested)),
  take,
  told: () => (current === null ? null : crops.get(current).suggested),
  leave: () => cells.get(current).focus(),
});

/* Decisions. */

function decide(status, node) {
  if (current === null) return;
  const decided = current, order = shown.map((crop) => crop.id), place = order.indexOf(decided);
  past.push([decided, kept.decisions[decided]]);
  kept.decisions[decided] = { status, node };
  store();
  refresh(decided);
  const rest = [...order.slice(place + 1), ...order.slice(0, place)];
  const next = rest.find((id) => decisionOf(id).status === "unreviewed") ?? decided;
  choose();
  look(shown.some((crop) => crop.id === next) ? next : current);
  if (current !== null) cells.get(current).focus({ preventScroll: isNarrow() });
}

const isNarrow = () => window.matchMedia("(max-width: 54rem)").matches;

function confirmIt() {
  const crop = crops.get(current);
  if (crop && crop.suggested !== null) decide("confirmed", crop.suggested);
  else if (crop) $("decision").textContent = "Nothing is suggested: choose a name, or say that you cannot tell.";
}

function take(node) {
  decide(node === crops.get(current).suggested ? "confirmed" : "corrected", node);
}

function undo() {
  const last = past.pop() ?? (current !== null && kept.decisions[current] ? [current, undefined] : null);
  if (!last) return;
  const [id, before] = last;
  if (before === undefined) delete kept.decisions[id];
  else kept.decisions[id] = before;
  store();
  refresh(id);
  choose();
  if (shown.some((crop) => crop.id === id)) { look(id); cells.get(id).focus(); }
}

function save() {
  const labels = data.crops.map((crop) => ({
    id: crop.id, source: crop.source, source_sha256: crop.source_sha256, kind: crop.kind,
    frame_index: crop.frame_index, time_s: crop.time_s, xyxy: crop.xyxy,
    frame_width: crop.frame_width, frame_height: crop.frame_height,
    suggested: crop.suggested, mass: crop.mass, ...decisionOf(crop.id),
  }));
  const file = { format: data.format, title: data.title, reviewer: kept.reviewer, labels };
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
  link.download = "labels.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/* Keys. */

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === $("search")) return box.onKey(event);
  if (["INPUT", "SELECT"].includes(event.target.tagName)) return;
  if (event.target.tagName === "BUTTON" && ["Enter", " "].includes(event.key)) return;
  const acts = {
    ArrowRight: () => go(1), ArrowLeft: () => go(-1),
    ArrowDown: () => go(columns()), ArrowUp: () => go(-columns()),
    Home: () => go(-shown.length), End: () => go(shown.length),
    Enter: confirmIt, y: confirmIt, u: () => decide("unsure", null), x: () => decide("no_vehicle", null),
    z: undo, s: save, "/": () => { $("search").focus(); $("search").select(); },
    n: () => {
      const next = shown.findIndex((crop, place) => place > shown.findIndex((row) => row.id === current) && decisionOf(crop.id).status === "unreviewed");
      if (next >= 0) cells.get(shown[next].id).focus();
    },
  };
  const digit = Number(event.key);
  const act = digit >= 1 && digit <= box.count() ? () => box.takeAt(digit - 1) : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || current === null && !["s", "z"].includes(event.key)) return;
  event.preventDefault();
  act();
}

load();
build();
count();
choose();
$("reviewer").value = kept.reviewer;
$("reviewer").addEventListener("input", () => { kept.reviewer = $("reviewer").value.trim(); store(); });
$("filter").addEventListener("change", choose);
$("order").addEventListener("change", choose);
$("confirm").addEventListener("click", confirmIt);
$("unsure").addEventListener("click", () => decide("unsure", null));
$("none").addEventListener("click", () => decide("no_vehicle", null));
$("undo").addEventListener("click", undo);
$("save").addEventListener("click", save);
document.addEventListener("keydown", onKey);
