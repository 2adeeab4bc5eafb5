"""The page in a real browser, opened from the disk: what a person can do on it, and what leaves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marchpast.report import Review, load_result, read_review, result_sha256
from marchpast.review import apply_review
from marchpast.taxonomy import Taxonomy
from tests.browser import Shown, faults
from tests.conftest import OpenPage
from tests.report.conftest import build_run

if TYPE_CHECKING:
    from playwright.sync_api import Dialog

expect = pytest.importorskip("playwright.sync_api", reason="needs playwright").expect
SHEET = ".sheet li:visible"
SIZES = [(390, 844), (1440, 900)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, taxonomy: Taxonomy) -> Path:
    folder = tmp_path_factory.mktemp("browsed")
    build_run(folder, taxonomy=taxonomy)
    return folder


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "report.html"


def answers_in(folder: Path, taxonomy: Taxonomy) -> set[str]:
    """Every name that the page shows as an answer or a candidate, in both languages."""
    result = load_result(folder)
    ids = {entry.node for entry in result.sightings}
    ids |= {row.node for entry in result.sightings for row in entry.candidates}
    names = {name for id_ in ids & set(taxonomy.nodes) for name in names_of(id_, taxonomy)}
    return names | {"unknown vehicle"}


def names_of(id_: str, taxonomy: Taxonomy) -> tuple[str, str]:
    return taxonomy.name(id_, "en"), taxonomy.name(id_, "ru")


def start(shown: Shown, *, name: str = "Ann", blind: bool = False) -> None:
    shown.page.get_by_label("Your name").first.fill(name)
    shown.page.get_by_role("button", name="Review blind" if blind else "Review", exact=True).click()


def press(shown: Shown, *keys: str) -> None:
    for key in keys:
        shown.page.keyboard.press(key)


def take(shown: Shown, name: str) -> None:
    press(shown, "/")
    shown.page.keyboard.type(name)
    press(shown, "Enter")


def export(shown: Shown, out: Path, taxonomy: Taxonomy) -> Review:
    with shown.page.expect_download() as download:
        press(shown, "e")
    assert download.value.suggested_filename == "review.json"
    download.value.save_as(out)
    return read_review(out, taxonomy)


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_stops_a_person(
    open_page: OpenPage, path: Path, width: int, height: int, is_dark: bool
) -> None:
    shown = open_page(path, width=width, height=height, is_dark=is_dark)
    for step in ("report", "desk", "blind", "blind, decided"):
        if step == "desk":
            start(shown)
        if step.startswith("blind"):
            press(shown, "b" if step == "blind" else "u")
        assert faults(shown.page) == [], step
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width, step


def test_the_page_can_be_read_without_script(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path, has_script=False)
    assert shown.page.locator("article:visible").count() == 6  # One civil vehicle is folded away.
    assert shown.page.locator(SHEET).count() == 7
    assert shown.page.locator(".spans li:visible").count() == 6
    assert shown.page.locator("button, select, input").count() == 0
    assert faults_without_script(shown) == []


def faults_without_script(shown: Shown) -> list[str]:
    """Empty controls or hidden parts that only a script would fill."""
    return [text for text in shown.page.locator("p:visible").all_inner_texts() if not text.strip()]


def test_filters_show_what_fits_and_say_how_many(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    page, told = shown.page, shown.page.locator("#filter-count")
    expect(told).to_have_text("7 of 7 sightings shown")
    assert told.get_attribute("aria-live") == "polite"
    page.get_by_label("Side").select_option("civil")
    expect(told).to_have_text("1 of 7 sightings shown")
    assert page.locator("article:visible").count() == page.locator(SHEET).count() == 1
    assert page.locator(".group:visible").count() == 0
    page.get_by_role("button", name="Show all").click()
    expect(told).to_have_text("7 of 7 sightings shown")
    for words, number in (("SA-8", 2), ("9к33", 2), ("too dark", 1), ("no such thing", 0)):
        page.get_by_label("Text").fill(words)
        expect(told).to_have_text(f"{number} of 7 sightings shown")
    page.get_by_label("Text").fill("")
    form = page.get_by_role("search")
    for label, option, number in (
        ("Answer", "family", 1),
        ("Category", "air_defence", 3),
        ("Source", "night.mp4", 2),
        ("Review", "undecided", 7),
    ):
        form.get_by_role("combobox", name=label, exact=True).select_option(option)
        expect(told).to_have_text(f"{number} of 7 sightings shown")
        page.get_by_role("button", name="Show all").click()
    page.get_by_label("With a caution").check()
    expect(told).to_have_text("7 of 7 sightings shown")


def test_a_link_opens_what_was_folded(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    assert not shown.page.locator("article", has_text="Civilian vehicle").is_visible()
    shown.page.locator(SHEET, has_text="Civilian vehicle").click()
    assert shown.page.locator("article", has_text="Civilian vehicle").is_visible()


def test_a_review_by_keys_is_exported_and_kept(
    open_page: OpenPage, path: Path, folder: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    shown = open_page(path)
    start(shown)
    result = load_result(folder)
    asked = []
    for keys in (["y"], None, ["u"], ["x"], ["y"]):
        asked.append(shown.page.evaluate("current"))
        if keys is None:
            take(shown, "SA-15 Gauntlet")
        else:
            press(shown, *keys)
    press(shown, "z")
    press(shown, "n")
    shown.page.keyboard.type("a <b>note</b>")
    press(shown, "Escape")
    review = export(shown, tmp_path / "review.json", taxonomy)
    edits = {edit.sighting: edit for edit in review.edits}
    suggested = {entry.id: entry.node for entry in result.sightings}
    assert [(edits[id_].decision, edits[id_].node) for id_ in asked] == [
        ("confirmed", suggested[asked[0]]),
        ("corrected", "tor"),
        ("unsure", None),
        ("no_vehicle", None),
        (None, None),
    ]
    assert edits[asked[4]].note == "a <b>note</b>"
    assert review.result_sha256 == result_sha256(result)
    assert {edit.reviewer for edit in review.edits} == {"Ann"}
    assert not any(edit.blind for edit in review.edits)
    for edit in review.edits:
        entry = next(entry for entry in result.sightings if entry.id == edit.sighting)
        assert (edit.source, edit.frame_index, edit.xyxy) == (
            entry.source,
            entry.best.frame_index,
            entry.best.xyxy,
        )

    shown.page.reload()
    assert shown.page.locator("#done").inner_text() == "4"
    card = shown.page.locator("article:visible", has_text="Ann says:")
    assert card.locator("h4 .reviewed-name").inner_text().startswith("Tor-M1/M2")
    assert "The model:" in card.locator(".whose").inner_text()
    assert "Tor-M1/M2" in shown.page.locator(SHEET, has_text="reviewed").all_inner_texts()[1]
    start(shown)
    again = export(shown, tmp_path / "again.json", taxonomy)
    assert again == review


def test_blind_hides_every_answer_until_the_decision(
    open_page: OpenPage, path: Path, folder: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    shown = open_page(path, fragment="blind")
    page, hidden = shown.page, answers_in(folder, taxonomy)
    ids = [entry.id for entry in load_result(folder).sightings]
    assert page.evaluate("order") == ids, "the order must not tell how exact the answers are"
    for id_ in ids[:3]:
        for text in (page.locator("body").aria_snapshot(), page.inner_text("body"), page.title()):
            # Names that may be chosen are offered as groups, whatever the answer is.
            offered = "\n".join(page.locator("#names li").all_inner_texts())
            found = {name for name in hidden if name in text and name not in offered}
            assert found == set(), id_
        assert "The model’s answer is hidden" in page.locator("#desk-answer").inner_text()
        assert page.get_by_role("button", name="Confirm").count() == 0
        entry = next(entry for entry in load_result(folder).sightings if entry.id == id_)
        take(shown, "osa")
        assert taxonomy.name(entry.node, "en").lower() in page.inner_text("#desk-answer").lower()
        assert entry.reason.lower() in page.inner_text("#desk-answer").lower()
        press(shown, "ArrowRight")
    press(shown, "ArrowLeft", "y")  # What is changed after the answer was seen is not blind.
    press(shown, "j", "u", "z", "u")
    page.locator("#desk-reviewer").fill("Bo")
    press(shown, "Tab")
    review = export(shown, tmp_path / "review.json", taxonomy)
    assert {edit.sighting: (edit.node, edit.blind) for edit in review.edits} == {
        ids[0]: ("osa", True),
        ids[1]: ("osa", True),
        ids[2]: (load_result(folder).sightings[2].node, False),
        ids[3]: (None, False),
    }


def test_leaving_the_desk_shows_the_report_again(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    title = shown.page.title()
    start(shown, blind=True)
    assert shown.page.title() == "Blind review"
    assert shown.page.locator("h1:visible").count() == 0
    press(shown, "Escape")
    assert "Press Esc again" in shown.page.locator("#desk-said").inner_text()
    press(shown, "Escape")
    assert shown.page.title() == title
    assert shown.page.locator("h1:visible").count() == 1
    assert shown.page.locator("#desk:visible").count() == 0
    shown.page.evaluate("location.hash = 'blind'")
    expect(shown.page.locator("#desk")).to_be_visible()
    shown.page.get_by_role("button", name="Back to the report").click()
    assert shown.page.locator("h1:visible").count() == 1
    assert "#" not in shown.page.url


def test_two_people_at_one_browser_keep_apart(
    open_page: OpenPage, path: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    shown = open_page(path)
    start(shown, name="Ann")
    press(shown, "y", "Escape")
    start(shown, name="Bo")
    assert shown.page.locator("#desk-progress").inner_text().startswith("0 of 7")
    press(shown, "u")
    review = export(shown, tmp_path / "review.json", taxonomy)
    assert [(edit.reviewer, edit.decision) for edit in review.edits] == [("Bo", "unsure")]
    press(shown, "Escape")
    shown.page.locator("#filters").get_by_label("Review").select_option("differ")
    expect(shown.page.locator("#filter-count")).to_have_text("1 of 7 sightings shown")
    assert "The reviewers differ" in shown.page.locator("article:visible").inner_text()


def test_a_file_is_taken_in_and_a_wrong_one_is_not(
    open_page: OpenPage, path: Path, folder: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    shown = open_page(path)
    start(shown)
    press(shown, "y", "u")
    export(shown, tmp_path / "review.json", taxonomy)
    fresh = open_page(path)
    told = fresh.page.locator("#tools-said")
    fresh.page.set_input_files("#import-file", tmp_path / "review.json")
    expect(told).to_have_text("2 of 2 edits by Ann taken in.")
    assert fresh.page.locator("#reviewer").input_value() == "Ann"
    assert fresh.page.locator("#done").inner_text() == "2"
    for name, text in (("a.json", "{}"), ("b.json", "no json"), ("c.json", "[1]"), ("d.json", "0")):
        (tmp_path / name).write_text(text, "utf-8")
        fresh.page.set_input_files("#import-file", tmp_path / name)
        expect(told).to_have_text(f"{name} is no review (marchpast-review/1).")
    foreign = json.loads((tmp_path / "review.json").read_text("utf-8"))
    foreign["edits"][0] |= {"frame_index": 40, "reviewer": "<i>Bo</i>"}
    foreign["edits"][1]["node"] = "no_such_node"
    (tmp_path / "e.json").write_text(json.dumps(foreign), "utf-8")
    fresh.page.set_input_files("#import-file", tmp_path / "e.json")
    expect(told).to_contain_text("1 are of no sighting here")
    assert "1 could not be read" in told.inner_text()
    assert "<i>Bo</i>" in told.inner_text()


def said_on(shown: Shown) -> list[str]:
    """What each card, contact sheet picture and timeline says of its reviewers."""
    seen = shown.page.locator(".card h4, .card .whose, .sheet li, .spans a").all_inner_texts()
    # One card is folded away, where nothing is rendered.
    said = shown.page.locator(".card .opinions").all_text_contents()
    return [" ".join(text.split()) for text in [*seen, *said]]


def test_the_page_says_the_same_with_a_script_and_without(
    open_page: OpenPage, folder: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    kept = Path(shutil.copytree(folder, tmp_path / "result"))
    shown = open_page(kept / "report.html")
    start(shown)
    press(shown, "y")
    take(shown, "SA-15 Gauntlet")
    press(shown, "u", "x", "n")
    shown.page.keyboard.type("one | two")
    press(shown, "Escape")
    export(shown, tmp_path / "review.json", taxonomy)
    press(shown, "Escape")
    apply_review(kept, tmp_path / "review.json")
    still = open_page(kept / "report.html", has_script=False)
    assert said_on(still) == said_on(shown)
    notes = [text for text in said_on(still) if "Ann left a note" in text]
    assert len(notes) == 1
    assert "one | two" in notes[0], notes


def test_without_a_name_nothing_is_exported(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    shown.page.get_by_role("button", name="Export review.json").click()
    assert "Write your name first" in shown.page.locator("#tools-said").inner_text()
    assert shown.page.evaluate("document.activeElement.id") == "reviewer"


def test_single_keys_can_be_turned_off(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    start(shown)
    shown.page.get_by_label("Single keys work here").uncheck()
    shown.page.locator("#desk-title").focus()
    press(shown, "y", "u", "x")
    assert shown.page.locator("#desk-progress").inner_text().startswith("0 of 7")
    shown.page.reload()
    start(shown)
    assert not shown.page.get_by_label("Single keys work here").is_checked()


def test_paper_has_the_cards_and_no_controls(open_page: OpenPage, path: Path) -> None:
    shown = open_page(path)
    shown.page.emulate_media(media="print")
    assert shown.page.locator("button:visible, select:visible, input:visible").count() == 0
    card = shown.page.locator("article").first
    assert card.is_visible()
    assert card.evaluate("card => getComputedStyle(card).breakInside") == "avoid"


def test_nothing_from_outside_runs(
    open_page: OpenPage, nasty_runs: tuple[tuple[str, Path], ...]
) -> None:
    for text, folder in nasty_runs[::6]:
        shown = open_page(folder / "report.html")
        dialogs: list[str] = []

        def hear(dialog: Dialog, seen: list[str] = dialogs) -> None:
            seen.append(dialog.message)

        shown.page.on("dialog", hear)
        start(shown, name=text.replace("\x00", "") or "x")
        press(shown, "n")
        shown.page.keyboard.insert_text(text.encode("utf-8", "ignore").decode())
        press(shown, "Escape", "y", "Escape")
        assert shown.page.evaluate("document.querySelectorAll('script').length") == 3
        assert dialogs == []
        shown.page.close()
