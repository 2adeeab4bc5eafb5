// The review as a file: what this browser exports, and what it takes in.

const tell = (text) => {
  const at = $("desk")?.hidden === false ? "desk-said" : "tools-said";
  $(at).textContent = text;
};

function exported() {
  const edits = [];
  for (const row of data.sightings) {
    const edit = mine(row.id) ?? own().edits.get(row.id);
    // An edit that was taken back is written only where a file has it still.
    if (!edit || isBlank(edit) && !data.edits.some((old) => old.held === row.id && old.reviewer === kept.reviewer)) continue;
    const { decision, node, note, blind, time } = edit;
    const place = edit.suggested === undefined ? row : edit;
    edits.push({ sighting: row.id, ...Object.fromEntries(COPIED.map((key) => [key, place[key]])), reviewer: kept.reviewer, decision, node, note, blind, time });
  }
  return { format: data.format, result_sha256: data.result, edits };
}

function exportReview() {
  if (!kept.reviewer) {
    tell("Write your name first: it is kept with every decision.");
    $($("desk")?.hidden === false ? "desk-reviewer" : "reviewer").focus();
    return;
  }
  const file = exported();
  if (file.edits.length === 0) { tell("Nothing is decided yet."); return; }
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
  link.download = "review.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  tell(`${file.edits.length} ${file.edits.length === 1 ? "edit" : "edits"} exported. To keep them beside the result: marchpast review apply RESULT review.json`);
}

async function importReview(file) {
  let found = null;
  try { found = JSON.parse(await file.text()); } catch { /* Said below. */ }
  if (found === null || found.format !== data.format || !Array.isArray(found.edits)) {
    tell(`${tidy(file.name)} is no review (${data.format}).`);
    return;
  }
  const edits = found.edits.map(fullEdit), sound = edits.filter(Boolean);
  const names = new Set(sound.map((edit) => edit.reviewer));
  if (kept.reviewer === "" && !kept.sets.has("") && names.size === 1) becomeReviewer([...names][0]);
  $("reviewer").value = kept.reviewer;
  for (const edit of sound) takeIn(edit);
  store();
  for (const id of sightings.keys()) refresh(id);
  applyFilters();
  const fitting = sound.filter((edit) => edit.held !== null).length;
  const parts = [`${fitting} of ${edits.length} edits by ${[...names].map(tidy).join(", ") || "nobody"} taken in.`];
  if (fitting < sound.length) parts.push(`${sound.length - fitting} are of no sighting here; marchpast review apply finds vehicles of another run by where they were.`);
  if (sound.length < edits.length) parts.push(`${edits.length - sound.length} could not be read.`);
  tell(parts.join(" "));
}

function takeIn(edit) {
  const known = edit.held === null ? null : opinionsOf(edit.held).find((row) => row.reviewer === edit.reviewer);
  if (known && known.time >= edit.time) return;
  if (edit.reviewer === kept.reviewer && edit.held !== null && edit.suggested === sightings.get(edit.held).suggested) {
    const { decision, node, note, blind, time } = edit;
    own().edits.set(edit.held, { decision, node, note, blind, time });
    if (decision) own().revealed.add(edit.held);
    return;
  }
  const isSame = (row) => row.reviewer === edit.reviewer && row.source_sha256 === edit.source_sha256
    && row.frame_index === edit.frame_index && String(row.xyxy) === String(edit.xyxy);
  kept.others = [...kept.others.filter((row) => !isSame(row)), edit];
}
