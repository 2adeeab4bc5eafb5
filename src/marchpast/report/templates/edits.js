// What was said: edits by this browser's reviewers, those beside the result, those imported.

const KEY = `marchpast-review/${data.result}`;
const sightings = new Map(data.sightings.map((row) => [row.id, row]));
const DECISIONS = ["confirmed", "corrected", "unsure", "no_vehicle"];
const COPIED = ["source", "source_sha256", "kind", "frame_index", "time_s", "xyxy", "suggested", "probability"];
const kept = { reviewer: "", sets: new Map(), others: [], shortcuts: true };
let isKept = true;
const past = [];

const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
const isBlank = (edit) => edit.decision === null && edit.note === "";
// As the page's own text: one line, nothing invisible, nothing that turns the direction.
const tidy = (text) => text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(/[\p{Cf}\p{Cs}]/gu, "");

function setOf(name) {
  if (!kept.sets.has(name)) kept.sets.set(name, { edits: new Map(), revealed: new Set() });
  return kept.sets.get(name);
}
const own = () => setOf(kept.reviewer);

function isSound(edit, suggested) {
  const named = edit.decision === "confirmed" || edit.decision === "corrected";
  return (edit.decision === null || DECISIONS.includes(edit.decision))
    && (named ? nodes.has(edit.node) && (edit.decision === "confirmed") === (edit.node === suggested) : edit.node === null)
    && typeof edit.note === "string" && typeof edit.blind === "boolean"
    && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(edit.time);
}

function load() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    if (!found) return;
    kept.reviewer = String(found.reviewer);
    kept.shortcuts = found.shortcuts !== false;
    for (const [name, set] of found.sets) {
      const made = setOf(String(name));
      for (const [id, edit] of set.edits) if (sightings.has(id) && isSound(edit, sightings.get(id).suggested)) made.edits.set(id, edit);
      for (const id of set.revealed) made.revealed.add(id);
    }
    kept.others = found.others.filter((edit) => fullEdit(edit));
  } catch { /* No storage, or not ours: the page starts empty. */ }
}

function store() {
  const sets = [...kept.sets].map(([name, set]) => [name, { edits: [...set.edits], revealed: [...set.revealed] }]);
  try { localStorage.setItem(KEY, JSON.stringify({ ...kept, sets })); } catch { isKept = false; }
}

// An edit of a file, held against the sighting it names; null when it is none.
function fullEdit(row) {
  const isWhole = row && typeof row === "object" && typeof row.reviewer === "string" && row.reviewer.trim()
    && typeof row.sighting === "string" && typeof row.source === "string" && typeof row.source_sha256 === "string"
    && Number.isInteger(row.frame_index) && Array.isArray(row.xyxy) && row.xyxy.length === 4 && isSound(row, row.suggested);
  return isWhole ? { ...row, held: placeOf(row) } : null;
}

function placeOf(row) {
  const same = data.sightings.filter((s) => s.source_sha256 === row.source_sha256 && s.frame_index === row.frame_index
    && s.xyxy.every((value, side) => value === row.xyxy[side]));
  return (same.find((s) => s.source === row.source) ?? same[0])?.id ?? null;
}

// Everything that was said of one sighting: for each reviewer what came last, by name.
function opinionsOf(id) {
  const found = new Map();
  const add = (edit) => {
    const before = found.get(edit.reviewer);
    if (!before || before.time <= edit.time) found.set(edit.reviewer, edit);
  };
  for (const edit of [...data.edits, ...kept.others]) if (edit.held === id) add(edit);
  for (const [name, set] of kept.sets) if (set.edits.has(id)) add({ ...set.edits.get(id), reviewer: name });
  return [...found.values()].filter((edit) => !isBlank(edit)).sort((a, b) => (a.reviewer < b.reviewer ? -1 : 1));
}

const mine = (id) => opinionsOf(id).find((edit) => edit.reviewer === kept.reviewer) ?? null;
const isDecided = (id) => Boolean(mine(id)?.decision);

function put(id, change) {
  const { decision: said, node, note, blind } = { decision: null, node: null, note: "", blind: false, ...mine(id), ...change };
  // What was said of an earlier run's answer is now said of this one's.
  const decision = node === null ? said : node === sightings.get(id).suggested ? "confirmed" : "corrected";
  past.push([kept.reviewer, id, own().edits.get(id)]);
  own().edits.set(id, { decision, node, note, blind, time: now() });
  store();
  refresh(id);
}

// Takes the last change back; without one, what was said of the sighting in view.
function takeBack(current) {
  const last = past.pop();
  if (last) {
    const [name, id, before] = last;
    if (before === undefined) setOf(name).edits.delete(id);
    else setOf(name).edits.set(id, before);
    store();
    refresh(id);
    return id;
  }
  if (current === null || !mine(current)) return null;
  own().edits.set(current, { decision: null, node: null, note: "", blind: false, time: now() });
  store();
  refresh(current);
  return current;
}

// Another person at the same browser has edits of their own; a first name takes the nameless ones.
function becomeReviewer(name) {
  if (name === kept.reviewer) return;
  const nameless = kept.sets.get("");
  if (kept.reviewer === "" && nameless && !kept.sets.has(name)) {
    kept.sets.set(name, nameless);
    kept.sets.delete("");
  }
  kept.reviewer = name;
  past.length = 0;
  store();
  for (const id of sightings.keys()) refresh(id);
}
