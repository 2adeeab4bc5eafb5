"use strict";
// Names in every spelling, for every page on which a person names a vehicle.
// Every text from outside is set with textContent; nothing here builds markup.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const LISTED = 9;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const nameOf = (id) => capital(nodes.get(id).name);

function named(id, className = "") {
  const made = element("bdi", className, nodes.get(id).name);
  made.lang = data.language;
  return made;
}

function beside(id) {
  const made = element("span", "ru", nodes.get(id).other);
  made.lang = data.beside;
  return made;
}

function keyOf(text) {
  const letters = [...text.normalize("NFKC").toLowerCase().normalize("NFKC")].filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  return letters.map((letter) => data.letters[letter] ?? letter).join("");
}

function search(text) {
  const key = keyOf(text);
  const found = [];
  for (const node of data.nodes) {
    const ranks = node.keys.map((name) => (name === key ? 0 : name.startsWith(key) ? 1 : name.includes(key) ? 2 : 3));
    const rank = Math.min(...ranks);
    if (rank < 3) found.push([rank, node]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1].name.length - b[1].name.length);
  return found.map(([, node]) => [node.id, ""]);
}

// The likeliest types, the groups above them, and what is no military vehicle at all.
function likelyNames(candidates, suggested) {
  const rows = candidates.slice(0, 5).map(([node, how]) => [node, how]);
  const starts = [candidates.length ? candidates[0][0] : null, suggested];
  const above = starts.flatMap((node) => (nodes.has(node) ? [...nodes.get(node).lineage].reverse() : []));
  for (const node of above) if (!rows.some(([other]) => other === node)) rows.push([node, "group"]);
  if (!rows.some(([node]) => node === "civilian_vehicle")) rows.splice(LISTED - 1, 0, ["civilian_vehicle", ""]);
  return rows;
}

// A field to type a name in and the list below it (ARIA's editable combobox with a list).
// likely() gives what is offered before anything is typed, take(id) is told what was chosen,
// told() whose tells are shown while nothing is marked, leave() is told of Escape.
function nameBox({ likely, take, told, leave }) {
  const input = $("search"), list = $("names");
  let offered = [], marked = -1;

  function mark(place) {
    marked = place;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === place)));
    if (place >= 0) input.setAttribute("aria-activedescendant", `name-${place}`);
    else input.removeAttribute("aria-activedescendant");
    const id = place >= 0 ? offered[place][0] : told();
    const tells = nodes.has(id) ? nodes.get(id).features : [];
    $("tells-box").hidden = tells.length === 0;
    $("tells-name").textContent = tells.length ? nodes.get(id).name : "";
    $("tells").replaceChildren(...tells.map((text) => element("li", "", text)));
  }

  function offer() {
    const rows = keyOf(input.value) ? search(input.value) : likely();
    offered = rows.slice(0, LISTED);
    input.setAttribute("aria-expanded", String(offered.length > 0));
    list.replaceChildren(...offered.map(([id, how], place) => {
      const row = element("li"), name = element("span");
      row.id = `name-${place}`;
      row.setAttribute("role", "option");
      name.append(named(id), " ", beside(id));
      row.append(element("kbd", "", String(place + 1)), name, element("span", "how", how));
      row.addEventListener("click", () => take(id));
      return row;
    }));
    mark(keyOf(input.value) && offered.length ? 0 : -1);
  }

  function onKey(event) {
    if (event.key === "Escape") { input.value = ""; offer(); leave(); }
    else if (event.key === "ArrowDown") mark(Math.min(offered.length - 1, marked + 1));
    else if (event.key === "ArrowUp") mark(Math.max(0, marked - 1));
    else if (event.key === "Enter" && marked >= 0) take(offered[marked][0]);
    else return;
    event.preventDefault();
  }

  input.addEventListener("input", offer);
  return {
    input, offer, onKey,
    clear() { input.value = ""; offer(); },
    count: () => offered.length,
    takeAt: (place) => take(offered[place][0]),
  };
}
