// Keys, buttons and the start of it all.

function onKey(event) {
  if ($("desk")?.hidden !== false || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at === $("search")) { box.onKey(event); return; }
  if (event.key === "Escape") {
    if (at === $("note")) $("desk-title").focus();
    else leaveDesk();
    event.preventDefault();
    return;
  }
  if (!kept.shortcuts || ["INPUT", "SELECT", "TEXTAREA"].includes(at.tagName)) return;
  const acts = {
    y: confirmIt, u: () => decide("unsure", null), x: () => decide("no_vehicle", null), z: undo,
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), j: nextUndecided, e: exportReview,
    b: () => openDesk(!isBlind, isBlind ? current : null), n: () => $("note").focus(),
    "/": () => { $("search").focus(); $("search").select(); },
  };
  const digit = Number(event.key);
  const act = digit >= 1 && digit <= box.count() ? () => box.takeAt(digit - 1) : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function buildDesk() {
  $("content").append($("desk-template").content.cloneNode(true));
  const clicks = {
    confirm: confirmIt, unsure: () => decide("unsure", null), none: () => decide("no_vehicle", null), undo,
    back: () => step(-1), next: () => step(1), "desk-close": closeDesk,
    "desk-export": exportReview, "desk-blind": () => openDesk(!isBlind, isBlind ? current : null),
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);
  $("desk-reviewer").addEventListener("change", () => rename($("desk-reviewer").value));
  $("shortcuts").checked = kept.shortcuts;
  $("shortcuts").addEventListener("change", () => { kept.shortcuts = $("shortcuts").checked; store(); });
  $("note").addEventListener("change", () => put(current, { note: $("note").value }));
  box = nameBox({
    likely, take, leave: () => $("desk-title").focus(),
    told: () => (isOpen() ? sightings.get(current).suggested : null),
  });
}

function rename(name) {
  becomeReviewer(name.trim());
  $("reviewer").value = kept.reviewer;
  if (current !== null) show(current);
}

function buildTools() {
  $("tools").append($("tools-template").content.cloneNode(true));
  fillFilters();
  $("filters").addEventListener("input", applyFilters);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(applyFilters));
  $("reviewer").value = kept.reviewer;
  $("reviewer").addEventListener("change", () => rename($("reviewer").value));
  $("start").addEventListener("click", () => openDesk(false));
  $("start-blind").addEventListener("click", () => openDesk(true));
  $("export").addEventListener("click", exportReview);
  $("import").addEventListener("click", () => $("import-file").click());
  $("import-file").addEventListener("change", () => {
    const [file] = $("import-file").files;
    if (file) importReview(file).finally(() => { $("import-file").value = ""; });
  });
  const link = element("a", "", "Review"), place = element("li");
  link.href = "#reviewing-title";
  place.append(link);
  document.querySelector(".contents ul").append(place);
  for (const [id, row] of sightings) {
    const button = element("button", "open-desk", "Review");
    button.type = "button";
    button.id = `open-${row.anchor}`;
    button.setAttribute("aria-labelledby", `${button.id} sighting-${row.anchor}`);
    button.addEventListener("click", () => openDesk(false, id));
    cardOf(id).querySelector(".says").append(button);
  }
}

for (const name of document.querySelectorAll(".shown-name")) name.dataset.model = name.textContent;
if (data.sightings.length) {
  load();
  buildTools();
  for (const id of sightings.keys()) refresh(id);
  applyFilters();
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#s-"]'), fold = link && $(link.hash.slice(1)).closest("details");
    if (fold) fold.open = true;
  });
  const openBlind = () => { if (location.hash === "#blind") openDesk(true); };
  window.addEventListener("hashchange", openBlind);
  openBlind();
} else document.documentElement.classList.remove("at-desk");
