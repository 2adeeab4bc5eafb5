// The desk: one sighting at a time. Nothing else of the page is shown while it is open.

let order = [], current = null, isBlind = false, isLeaving = false, scrolled = 0, box = null;
const title = document.title;
const say = (text) => { $("desk-said").textContent = isKept ? text : `${text} This browser keeps nothing: export before you close the page.`; };
// The answer of the model may be seen: always but in blind mode before a decision.
const isOpen = () => !isBlind || isDecided(current);

function openDesk(blind, id = null) {
  if (!$("desk")) buildDesk();
  if ($("desk").hidden) scrolled = window.scrollY;
  isBlind = blind;
  // Blind, in the order of the footage: the page's order tells how exact the answers are.
  order = isBlind ? data.sightings.map((row) => row.id) : shownIds.length ? shownIds : data.sightings.map((row) => row.id);
  if (id !== null && !order.includes(id)) order = [id, ...order];
  $("desk").hidden = false;
  document.documentElement.classList.add("at-desk");
  $("desk-reviewer").value = kept.reviewer;
  document.title = isBlind ? "Blind review" : `Review: ${title}`;
  $("desk-blind").setAttribute("aria-pressed", String(isBlind));
  show(id ?? order.find((row) => !isDecided(row)) ?? order[0]);
  say(isBlind ? "Blind: in the order of the footage." : "");
  window.scrollTo(0, 0);
  $("desk-title").focus();
}

// One key must not show what blind mode hides.
function leaveDesk() {
  if (isBlind && !isLeaving && order.some((id) => !isDecided(id))) {
    isLeaving = true;
    say("The report shows the model’s answers. Press Esc again to leave.");
  } else closeDesk();
}

function closeDesk() {
  $("desk").hidden = true;
  document.documentElement.classList.remove("at-desk");
  document.title = title;
  if (location.hash === "#blind") history.replaceState(null, "", location.pathname);
  applyFilters();
  window.scrollTo(0, scrolled);
  const card = cardOf(current);
  if (isBlind || card.hidden) $("start").focus();
  else { card.querySelector(".open-desk").focus({ preventScroll: true }); card.scrollIntoView({ block: "nearest" }); }
}

function show(id) {
  current = id;
  isLeaving = false;
  const card = cardOf(id), picture = card.querySelector("figure img"), edit = mine(id);
  $("desk-title").textContent = `Sighting ${order.indexOf(id) + 1} of ${order.length}`;
  $("desk-progress").textContent = `${data.sightings.filter((row) => isDecided(row.id)).length} of ${data.sightings.length} decided by you`;
  $("desk-picture").hidden = !picture;
  $("desk-nopicture").hidden = Boolean(picture);
  if (picture) {
    $("desk-picture").src = picture.src;
    $("desk-picture").width = picture.width;
    $("desk-picture").height = picture.height;
    $("desk-picture").alt = "Best look at this vehicle";
  } else $("desk-nopicture").textContent = card.querySelector(".nopicture").textContent;
  $("desk-place").replaceChildren(...card.querySelector("figcaption").cloneNode(true).childNodes);
  $("note").value = edit?.note ?? "";
  $("undo").disabled = past.length === 0 && !edit;
  $("back").disabled = order.indexOf(id) === 0;
  $("next").disabled = order.indexOf(id) === order.length - 1;
  showAnswer(card, edit);
  box.clear();
}

function showAnswer(card, edit) {
  const parts = [];
  if (edit?.decision) parts.push(element("p", "decided", `You decided: ${edit.node ? nameOf(edit.node) : DECIDED[edit.decision]}${edit.blind ? ", blind" : ""}`));
  if (isOpen()) {
    own().revealed.add(current);
    store();
    const model = card.querySelector(".model").cloneNode(true);
    model.querySelector(".whose").hidden = false;
    parts.push(model);
  } else {
    parts.push(element("p", "soft", "The model’s answer is hidden until you have decided."));
    if (own().revealed.has(current)) parts.push(element("p", "soft", "You have seen it before: a decision now does not count as blind."));
  }
  $("desk-answer").replaceChildren(...parts);
  const isVehicle = nodes.has(sightings.get(current).suggested);
  $("confirm").hidden = !isOpen();
  $("confirm").disabled = !isVehicle;
  $("search-label").textContent = isOpen() ? "It is another, or less is sure" : "What is it? Say no more than you are sure of";
}

function decide(decision, node) {
  const id = current, blind = isBlind && !own().revealed.has(id);
  put(id, { decision, node, blind });
  const what = node ? nameOf(node) : DECIDED[decision];
  const left = [...order.slice(order.indexOf(id) + 1), ...order].find((row) => !isDecided(row));
  // Blind, the answer comes now; else the next sighting does.
  show(isBlind || left === undefined ? id : left);
  if (document.activeElement === $("search")) $("desk-title").focus();
  const rest = left === undefined ? " All are decided: export the review." : "";
  const next = rest || ` Now ${$("desk-title").textContent.toLowerCase()}.`;
  say(isBlind ? `You said: ${what}. The model’s answer is now shown.${rest}` : `Kept: ${what}.${next}`);
}

function confirmIt() {
  const { suggested } = sightings.get(current);
  if (isOpen() && nodes.has(suggested)) decide("confirmed", suggested);
}

const take = (node) => decide(node === sightings.get(current).suggested ? "confirmed" : "corrected", node);

function undo() {
  const id = takeBack(current);
  if (id === null) return;
  if (!order.includes(id)) order.push(id);
  show(id);
  say("Taken back.");
}

function step(by) {
  const next = order[order.indexOf(current) + by];
  if (next === undefined) return;
  show(next);
  say(`Sighting ${order.indexOf(next) + 1} of ${order.length}`);
}

function nextUndecided() {
  const place = order.indexOf(current);
  const next = [...order.slice(place + 1), ...order.slice(0, place)].find((id) => !isDecided(id));
  if (next === undefined) say("No other is undecided.");
  else show(next);
}

function likely() {
  const row = sightings.get(current);
  if (isOpen()) return likelyNames(row.candidates.filter((id) => nodes.has(id)).map((id) => [id, ""]), row.suggested);
  return data.nodes.filter((node) => node.lineage.length === 3 || node.id === "civilian_vehicle").map((node) => [node.id, "group"]);
}
