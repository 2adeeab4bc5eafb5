"""The page in a real browser: it reckons as the library does, by mouse and by keyboard."""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.browser import faults

from marchpast.records import Identity, SeenAttribute
from marchpast.sheets import Sheet, compare
from marchpast.sheets.following import follow
from marchpast.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from tests.conftest import OpenPage

CROP = np.full((60, 90, 3), 128, np.uint8)
EVIL = "</script><b>\u202e&\"'.jpg"
SURE = SeenAttribute("drive", "tracks", "model", 0.97)
AXLES = SeenAttribute("axles", "3", "model", 0.96)
SEEN = Identity("unknown", "unknown", 0.0, "too small", (), attributes=(SURE, AXLES))


def seen_of(sheet: Sheet, numbers: dict[str, int | str]) -> dict[str, Any]:
    choices = {tell.name: tell.answers for tell in sheet.tells}
    return {
        name: None if isinstance(number, str) else choices[name][number]
        for name, number in numbers.items()
    }


def outcome_of(sheet: Sheet, numbers: dict[str, int | str]) -> dict[str, Any]:
    outcome = follow(
        sheet.tells,
        [column.node for column in sheet.columns],
        [column.name for column in sheet.columns],
        seen=seen_of(sheet, numbers),
        claims=sheet.claims,
        taxonomy=load_taxonomy(),
    )
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(outcome)))
    return plain


def states(sheet: Sheet) -> dict[str, list[int | str]]:
    return {tell.name: ["", "hidden", *range(len(tell.answers))] for tell in sheet.tells}


def marked(names: tuple[str, ...], values: tuple[int | str, ...]) -> dict[str, int | str]:
    return {name: value for name, value in zip(names, values, strict=True) if value != ""}


@pytest.mark.parametrize(
    ("candidates", "options", "together", "every"),
    [
        (["bastion_p", "iskander_m", "bal"], {}, 4, 1),
        (["btr80", "btr82a"], {}, 2, 1),
        (["bastion_p", "iskander_m", "bal"], {"language": "uk"}, 2, 1),
        (["osa", "tochka_u", "btr80", "tor"], {"attributes": ["canisters=3+"]}, 2, 3),
        (["osa", "tor", "btr80"], {"identity": SEEN}, 2, 3),
        (["tank", "osa", "s400", "mtlb", "towed_guns"], {"identity": SEEN}, 1, 1),
        (["osa"], {}, 2, 3),
    ],
)
def test_the_page_reckons_as_the_library_does(
    candidates: list[str],
    options: dict[str, Any],
    together: int,
    every: int,
    tmp_path: Path,
    open_page: OpenPage,
) -> None:
    sheet = compare(CROP, candidates, **options)
    all_states = states(sheet)
    combinations = [
        marked(names, values)
        for names in itertools.combinations(all_states, together)
        for values in itertools.product(*(all_states[name] for name in names))
    ]
    # Where none is marked or one, several products agree.
    combinations = [json.loads(row) for row in dict.fromkeys(map(json.dumps, combinations))][
        ::every
    ]
    shown = open_page(sheet.save(tmp_path / "sheet.html"))
    told = shown.page.evaluate("rows => rows.map(follow)", combinations)
    for numbers, said in zip(combinations, told, strict=True):
        assert said == outcome_of(sheet, numbers), numbers
    assert len(combinations) >= 5


def test_marking_by_keyboard_reckons_anew(tmp_path: Path, open_page: OpenPage) -> None:
    page = open_page(compare(CROP, ["osa", "btr80"]).save(tmp_path / "sheet.html")).page
    assert page.locator("#headline").inner_text().startswith("Nothing is marked")
    axles = page.get_by_role("group", name="The number of axles")
    axles.get_by_label("not marked").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")  # past the end, on to the first: 3 axles, 4 axles
    assert axles.get_by_label("4 axles", exact=True).is_checked()
    assert page.locator("#headline").inner_text().startswith("Excluded: 9K33 Osa.")
    assert page.locator('[data-verdict="0"]').all_inner_texts() == ["excluded", "excluded"]
    assert page.locator("#why-0").inner_text() == "A person saw 4 axles, but 9K33 Osa has 3 axles."
    assert page.locator("#options").inner_text() == ("--candidates osa btr80 --attribute axles=4")
    axles.get_by_label("not marked").check(force=True)
    assert page.locator('[data-verdict="0"]').first.inner_text() == "possible"
    assert not page.locator("#why-0").is_visible()


def test_marks_of_a_kind_are_counted_and_exclude_nothing(
    tmp_path: Path, open_page: OpenPage
) -> None:
    page = open_page(compare(CROP, ["osa", "btr80"]).save(tmp_path / "sheet.html")).page
    page.locator('input[name="osa.1"][value="absent"]').check(force=True)
    page.locator('input[name="osa.2"][value="hidden"]').check(force=True)
    assert page.locator("#count-0").inner_text() == "0 present, 1 absent, 1 not visible, of 5"
    assert page.locator("#headline").inner_text().startswith("Nothing is marked")
    assert page.locator("#options").inner_text().endswith("--tell osa.1=absent --tell osa.2=hidden")


def test_a_page_that_is_loaded_again_has_its_marks(tmp_path: Path, open_page: OpenPage) -> None:
    path = compare(CROP, ["osa", "btr80"], attributes=["axles=3"]).save(tmp_path / "sheet.html")
    page = open_page(path).page
    page.locator('input[name="axles"][value="hidden"]').check(force=True)
    page.locator('input[name="osa.1"][value="present"]').check(force=True)
    page.get_by_label("its right", exact=True).check(force=True)
    page.reload()
    assert page.locator('input[name="axles"][value="hidden"]').is_checked()
    assert page.locator('input[name="osa.1"][value="present"]').is_checked()
    assert "would decide in another picture" in page.locator(".follows").inner_text()
    for image in page.locator("img[data-view]").all():
        assert image.is_visible() == (image.get_attribute("data-view") == "right")


@pytest.mark.parametrize("has_script", [True, False])
def test_what_was_marked_before_is_there_with_and_without_script(
    has_script: bool, tmp_path: Path, open_page: OpenPage
) -> None:
    sheet = compare(
        CROP, ["osa", "btr80"], attributes=["axles=3"], tells=["osa.1=present"], identity=SEEN
    )
    page = open_page(sheet.save(tmp_path / "sheet.html"), has_script=has_script).page
    assert page.locator("#headline").inner_text() == sheet.outcome.headline
    rows = page.locator("#deciding li").all_inner_texts()
    assert [row[1:-1] for row in rows] == [text[1:] for text in sheet.outcome.deciding]
    cells = [
        [page.locator(f"#cell-{t}-{n}").inner_text().lstrip("✓✕ ") for n in range(2)]
        for t in range(len(sheet.tells))
    ]
    assert cells == [list(row) for row in sheet.outcome.cells]
    assert page.locator('input[name="axles"][value="0"]').is_checked()
    assert page.locator("#options").inner_text() == (
        "--candidates osa btr80 --attribute axles=3 --tell osa.1=present"
    )


@pytest.mark.parametrize(("width", "is_dark"), [(1440, False), (390, False), (1440, True)])
def test_the_page_can_be_used_by_everybody(
    width: int, is_dark: bool, tmp_path: Path, open_page: OpenPage
) -> None:
    sheet = compare(CROP, ["osa", "tochka_u", "btr80"], attributes=["axles=3"], identity=SEEN)
    page = open_page(sheet.save(tmp_path / "sheet.html"), width=width, is_dark=is_dark).page
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_text_from_outside_stays_text(tmp_path: Path, open_page: OpenPage) -> None:
    sheet = compare(CROP, ["osa", "btr80"], name=EVIL)
    page = open_page(sheet.save(tmp_path / "sheet.html")).page
    assert page.locator("figcaption bdi").first.inner_text() == EVIL.replace("\u202e", " ")
    assert page.locator("#headline").inner_text().startswith("Nothing is marked")


def test_a_notebook_shows_the_page_in_a_frame(tmp_path: Path, open_page: OpenPage) -> None:
    sheet = compare(CROP, ["osa", "btr80"], name='a "quoted" name')
    frame = sheet._repr_html_()
    found = re.search(r'srcdoc="([^"]*)"', frame)
    assert found is not None and html.unescape(found[1]) == sheet.html()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><title>x</title>{frame}", "utf-8")
    inside = open_page(path).page.frame_locator("iframe")
    inside.locator('input[name="axles"][value="0"]').check(force=True)
    assert inside.locator("#headline").inner_text().startswith("Excluded: BTR-80.")


def test_the_same_sheet_is_the_same_bytes_and_asks_for_nothing() -> None:
    text = compare(CROP, ["osa", "btr80"]).html()
    assert text == compare(CROP, ["osa", "btr80"]).html()
    assert "http:" not in text and "https:" not in text
