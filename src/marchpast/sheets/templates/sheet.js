"use strict";
// The rule is that of marchpast.sheets.following; a test holds the two together.
// Every text is set with textContent: nothing here builds markup.
const data = JSON.parse(document.getElementById("data").textContent);
const tells = new Map(data.tells.map((tell) => [tell.name, tell]));
const numbers = data.names.map((_, number) => number);

function listed(words) {
  const head = words.slice(0, -1);
  return head.length ? `${head.join(", ")} and ${words[words.length - 1]}` : words[0];
}

function excludes(fact, tell, values, covered) {
  if (fact === null || (covered && tell.absent && values.includes(tell.absent))) return false;
  return !values.some((value) => fact.includes(value));
}

function fitsSomething(words, covered) {
  const places = words.map((word) => data.tells.findIndex((tell) => tell.name === word.name));
  return data.types.some((facts) =>
    words.every((word, n) => !excludes(facts[places[n]], tells.get(word.name), word.values, covered)));
}

// What counts: a person's words, and what the classifier is sure of and no person contradicts.
function weigh(seen) {
  const words = Object.entries(seen).filter(([, number]) => number !== "hidden").map(([name, number]) => {
    const choice = tells.get(name).answers[number];
    return { name, values: choice.values, said: choice.words, clause: `a person saw ${choice.words}` };
  });
  const cover = words.find((word) => word.name === data.tarpaulin);
  const covered = cover !== undefined && cover.values.join() === "yes";
  const conflicts = [];
  if (words.length > 1 && !fitsSomething(words, covered)) {
    conflicts.push(`no known vehicle shows all that a person saw: ${words.map((word) => word.said).join(", ")}; look again`);
  }
  const evidence = [...words];
  for (const claim of data.claims) {
    if (!claim.sure || seen[claim.name] === "hidden") continue;
    if (words.length && !fitsSomething([...words, claim], covered)) {
      conflicts.push(`${claim.words}, but no known vehicle shows that beside what a person saw: it excludes nothing`);
    } else {
      evidence.push({ name: claim.name, values: claim.values, clause: claim.words });
    }
  }
  return { covered, conflicts, evidence };
}

function headline(left, isMarked) {
  const kept = left.map((n) => data.names[n]);
  const out = numbers.filter((n) => !left.includes(n)).map((n) => data.names[n]);
  if (!isMarked) return `Nothing is marked that could exclude a kind. Possible: ${listed(kept)}.`;
  if (!out.length) return `What is marked excludes none of the kinds compared. Possible: ${listed(kept)}.`;
  if (!kept.length) return `Excluded: ${listed(out)}. None of the kinds compared is left: it is another kind, or a mark is wrong.`;
  if (kept.length === 1) return `Excluded: ${listed(out)}. Of the kinds compared only ${kept[0]} stays possible; another kind may fit as well.`;
  return `Excluded: ${listed(out)}. Still possible: ${listed(kept)}.`;
}

function apart(tell, left) {
  const holders = new Map();
  for (const n of left) {
    if (tell.facts[n] === null || !tell.facts[n].length) continue;
    if (!holders.has(tell.has[n])) holders.set(tell.has[n], []);
    holders.get(tell.has[n]).push(data.names[n]);
  }
  const parts = [...holders].map(([has, who]) => `${listed(who)} ${who.length === 1 ? "has" : "have"} ${has}`);
  return `${tell.what}: ${parts.join("; ")}`;
}

function deciding(asked, left, covered) {
  const ranked = [];
  for (const tell of asked) {
    const choices = tell.answers.slice(0, tell.choices);
    const excluding = choices.map((choice) => left.filter((n) => excludes(tell.facts[n], tell, choice.values, covered)));
    const known = left.filter((n) => tell.facts[n] !== null && tell.facts[n].length);
    let pairs = 0;
    known.forEach((one, i) => known.slice(i + 1).forEach((other) => {
      if (excluding.every((out) => out.includes(one) || out.includes(other))) pairs += 1;
    }));
    const partly = choices.map((choice, i) => [choice, excluding[i]]).filter(([, out]) => out.length < left.length && out.some((n) => known.includes(n)));
    if (pairs) {
      ranked.push([pairs, partly.length, apart(tell, left)]);
    } else if (partly.length) {
      const parts = partly.map(([choice, out]) => `${choice.words} would exclude ${listed(out.map((n) => data.names[n]))}`);
      ranked.push([0, partly.length, `${tell.what}: ${parts.join("; ")}`]);
    }
  }
  // Sorting keeps the order of equals.
  ranked.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
  return ranked.slice(0, data.most_deciding).map((row) => row[2]);
}

function cell(tell, n, sight) {
  if (tell.name === data.tarpaulin) return "";
  const fact = tell.facts[n];
  const sets = sight.evidence.filter((row) => row.name === tell.name).map((row) => row.values);
  if (sets.some((values) => excludes(fact, tell, values, sight.covered))) return "contradicts";
  if (fact === null) return "not fixed or not known";
  if (!fact.length) return "does not apply";
  if (!sets.length) return "";
  return sets.some((values) => values.every((value) => fact.includes(value))) ? "fits" : "may fit";
}

// seen: for each marked tell the number of its answer, or "hidden".
function follow(seen) {
  const sight = weigh(seen);
  const excluded = numbers.map((n) => sight.evidence
    .filter((row) => excludes(tells.get(row.name).facts[n], tells.get(row.name), row.values, sight.covered))
    .map((row) => `${row.clause}, but ${data.names[n]} has ${tells.get(row.name).has[n]}`));
  const left = numbers.filter((n) => !excluded[n].length);
  return {
    headline: headline(left, sight.evidence.length > 0),
    excluded,
    conflicts: sight.conflicts,
    deciding: deciding(data.tells.filter((tell) => !(tell.name in seen)), left, sight.covered),
    elsewhere: deciding(data.tells.filter((tell) => seen[tell.name] === "hidden"), left, sight.covered),
    cells: data.tells.map((tell) => numbers.map((n) => cell(tell, n, sight))),
  };
}

/* The page. */

const $ = (id) => document.getElementById(id);
const chosen = (name) => document.querySelector(`input[name="${CSS.escape(name)}"]:checked`).value;
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function marked() {
  const seen = {};
  for (const name of tells.keys()) {
    const value = chosen(name);
    if (value !== "") seen[name] = value === "hidden" ? value : Number(value);
  }
  return seen;
}

function fill(list, texts) {
  list.replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = sentence(text);
    return item;
  }));
  list.closest(".part").hidden = !texts.length;
}

function show() {
  const seen = marked();
  const outcome = follow(seen);
  $("headline").textContent = outcome.headline;
  fill($("deciding"), outcome.deciding);
  fill($("elsewhere"), outcome.elsewhere);
  fill($("conflicts"), outcome.conflicts);
  for (const n of numbers) {
    const isOut = outcome.excluded[n].length > 0;
    for (const chip of document.querySelectorAll(`[data-verdict="${n}"]`)) {
      chip.textContent = isOut ? "excluded" : "possible";
      chip.className = `chip ${isOut ? "excluded" : "possible"}`;
    }
    fill($(`why-${n}`), outcome.excluded[n]);
  }
  data.tells.forEach((tell, t) => numbers.forEach((n) => {
    const place = $(`cell-${t}-${n}`);
    place.textContent = outcome.cells[t][n];
    place.dataset.cell = outcome.cells[t][n];
  }));
  const options = ["--candidates", ...data.nodes];
  for (const [name, value] of Object.entries(seen)) {
    if (value === "hidden") options.push("--tell", `${name}=hidden`);
    else options.push("--attribute", `${name}=${tells.get(name).answers[value].written}`);
  }
  data.nodes.forEach((node, n) => {
    const counts = { present: 0, absent: 0, hidden: 0 };
    const rows = document.querySelectorAll(`[data-features="${n}"] input:checked`);
    for (const { name, value } of rows) {
      if (value === "") continue;
      counts[value] += 1;
      options.push("--tell", `${name}=${value}`);
    }
    if (rows.length) $(`count-${n}`).textContent = `${counts.present} present, ${counts.absent} absent, ${counts.hidden} not visible, of ${rows.length}`;
  });
  $("options").textContent = options.join(" ");
}

function turn() {
  const view = chosen("view");
  for (const image of document.querySelectorAll("[data-view]")) image.hidden = image.dataset.view !== view;
}

// The address keeps the marks, so a page that is loaded again has them.
const keepsMarks = location.protocol !== "about:";

function keep() {
  const rows = [...document.querySelectorAll("input:checked")].filter((input) => input.value !== "");
  const text = new URLSearchParams(rows.map(({ name, value }) => [name, value])).toString();
  if (keepsMarks) history.replaceState(null, "", `#${text}`);
}

function restore() {
  const kept = new URLSearchParams(location.hash.slice(1));
  if (!keepsMarks || ![...kept].length) return;
  for (const input of document.querySelectorAll("input[type=radio]")) {
    if (input.value === (kept.get(input.name) ?? "")) input.checked = true;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.name === "view") turn(); else show();
  keep();
});
for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
restore();
if (document.querySelector('input[name="view"]')) turn();
show();
