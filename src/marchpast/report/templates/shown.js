// The report's own parts, brought up to date with what was said.

const DECIDED = { unsure: "cannot tell", no_vehicle: "sees no vehicle" };
const items = new Map();
for (const item of document.querySelectorAll("[data-sighting]")) {
  const anchor = item.dataset.sighting;
  if (!items.has(anchor)) items.set(anchor, []);
  items.get(anchor).push(item);
}
const cardOf = (id) => $(`s-${sightings.get(id).anchor}`);

// What reviewers name together: a node, or null where they differ or name nothing.
function agreed(opinions) {
  const answers = new Set(opinions.filter((edit) => edit.decision).map((edit) => edit.node ?? edit.decision));
  const [only] = answers;
  return { differ: answers.size > 1, node: answers.size === 1 && nodes.has(only) ? only : null };
}

function opinionRow(edit, sighting) {
  const row = element("li"), who = element("b");
  who.append(element("bdi", "", tidy(edit.reviewer) || "You, without a name"));
  row.append(who, " ");
  if (edit.node) row.append(edit.node === sighting.suggested ? "agrees with the model: " : "says: ", named(edit.node));
  else row.append(DECIDED[edit.decision] ?? "left a note");
  if (edit.blind) row.append(" ", element("span", "blind-mark", "blind"));
  row.append(" ", element("span", "soft nums", edit.time.slice(0, 10)));
  if (edit.note) {
    const note = element("q");
    note.append(element("bdi", "", tidy(edit.note)));
    row.append(element("br"), note);
  }
  return row;
}

function refresh(id) {
  const sighting = sightings.get(id), card = cardOf(id), opinions = opinionsOf(id);
  const { differ, node } = agreed(opinions);
  const reviewed = card.querySelector(".reviewed-name"), list = card.querySelector(".opinions");
  if (node) reviewed.replaceChildren(element("bdi", "", nameOf(node)), " ", beside(node));
  else reviewed.replaceChildren();
  if (node) reviewed.firstChild.lang = data.language;
  reviewed.hidden = !node;
  card.querySelector(".model-name").hidden = Boolean(node);
  list.replaceChildren(...opinions.map((edit) => opinionRow(edit, sighting)));
  list.hidden = opinions.length === 0;
  card.querySelector(".differ").hidden = !differ;
  card.querySelector(".whose").hidden = !opinions.some((edit) => edit.decision);
  for (const item of items.get(String(sighting.anchor))) {
    const name = item.querySelector(".shown-name"), mark = item.querySelector(".review-mark"), model = item.querySelector(".model-short");
    if (model) model.hidden = !node || node === sighting.suggested;
    if (name) name.textContent = node || nodes.has(sighting.suggested) ? nameOf(node ?? sighting.suggested) : name.dataset.model;
    if (mark) mark.textContent = differ ? "reviewers differ" : opinions.some((edit) => edit.decision) ? "reviewed" : "";
  }
  countDone();
}

function countDone() {
  if (!$("done")) return;
  $("done").textContent = data.sightings.filter((row) => isDecided(row.id)).length;
  $("total").textContent = data.sightings.length;
}
