"""The page: what it says, and that nothing from outside becomes markup."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.inventory import Overall
from marchpast.records import Sighting
from marchpast.report import (
    AmountEntry,
    CountEntry,
    Language,
    Result,
    load_result,
    pictures,
    render_page,
    save_sighting,
)
from marchpast.report.pictures import share_of_page, thumbnail
from marchpast.report.text import printable
from marchpast.report.wording import amount, seen_number
from marchpast.taxonomy import Taxonomy

Element = tuple[str, dict[str, str | None]]


class Page(HTMLParser):
    """Every element with its attributes, and the text that a reader without script has."""

    VOID = frozenset({"meta", "img", "br", "input"})
    UNREAD = frozenset({"style", "script", "template"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if self.open and self.UNREAD.isdisjoint(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(folder: Path) -> Page:
    return Page((folder / "report.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture
def page(folder: Path, write_run: Callable[..., Result]) -> Page:
    if not (folder / "report.html").exists():
        write_run(folder)
    return page_of(folder)


def test_the_headline_claims_sightings_and_not_vehicles(page: Page) -> None:
    assert "5 sightings of military vehicles in 3 sources" in page.text
    assert "this is no count of vehicles" in page.text
    assert "2 · as 9K33 Osa" in page.text
    assert "1 · as BTR 8x8 family" in page.text
    assert "1 sighting that could not be told as military or civil" in page.text
    assert "1 sighting of civil vehicles" in page.text


def test_the_page_never_says_confirmed(page: Page) -> None:
    assert not re.search(r"confirm|identified|verified", page.text, re.IGNORECASE)


def test_what_was_lost_is_said_at_the_top(page: Page) -> None:
    above = page.text[: page.text.index("Comparison with what was announced")]
    assert "1 file could not be read" in above
    assert "Of 3 sources, 1 ended early or is damaged inside" in above


def test_the_comparison_keeps_qualifiers_and_ranges(page: Page) -> None:
    table = page.text[
        page.text.index("Comparison with what") : page.text.index("Where it was read")
    ]
    assert "at least 50 pieces of equipment in all" in table
    assert "The list is partial" in table
    assert "about 1,500 people" in table
    assert "Reported on the day or later, and not announced: 43 pieces" in table
    assert re.search(r"9K33 Osa .*?8\s*at least 1, in 1 track\s*1 to \d\s*covered", table)
    assert re.search(r"3K60 Bal .*?named, no count\s*none\s*0 to \d\s*cannot tell", table)
    assert "Seen, and not surely of one announced line: 4 kinds of answer" in table
    counts = table[table.index("What others counted at the event") :]
    assert re.search(r"A counter\s*at most 41\s*Tor-M1/M2 4, 3K60 Bal", counts)
    assert "consistent, but does not prove it" in page.text


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (AmountEntry(value=50, qualifier="at_least"), "at least 50"),
        (AmountEntry(value=1200, qualifier="about"), "about 1,200"),
        (AmountEntry(value=90, qualifier="at_most"), "at most 90"),
        (AmountEntry(value=8, qualifier="exact"), "8"),
        (AmountEntry(value=0, qualifier="exact"), "none"),
        (AmountEntry(value=0, qualifier="at_least"), "at least 0"),
        (None, "named, no count"),
    ],
)
def test_amounts_keep_their_qualifier(entry: AmountEntry | None, words: str) -> None:
    assert amount(entry) == words


@pytest.mark.parametrize(
    ("at_once", "tracks", "words"),
    [(0, 0, "none"), (1, 1, "at least 1, in 1 track"), (3, 5, "at least 3, in 5 tracks")],
)
def test_seen_numbers_say_what_is_sure(at_once: int, tracks: int, words: str) -> None:
    assert seen_number(CountEntry(node="osa", at_once=at_once, tracks=tracks)) == words


def test_a_vehicle_shows_its_set_and_its_conflicts(page: Page) -> None:
    assert "May be 9K33 Osa or S-300 family" in page.text
    assert "9 in 10 such sets hold the truth; this one holds 0.93" in page.text
    assert "Without Osa it would hold 0.40." in page.text
    assert "To narrow it, look for: axles." in page.text
    assert "ConflictTracks are seen, but Osa has wheels" in page.text
    assert "Seen of the vehicle: the classifier sees tracks (0.97)" in page.text
    assert "Nothing known fits" in page.text
    assert page.text.count("such sets hold the truth") == 1


def test_counts_are_ranges_with_their_level(page: Page) -> None:
    counts = page.text[page.text.index("How many Different") : page.text.index("Timeline Each")]
    assert re.search(r"9K33 Osa .*?from \d to \d \(90 %\)", counts)
    assert "parade/clip.mp4 and night.mp4 show different vehicles" in counts
    assert "Different military vehicles that the footage shows: from" in page.text


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "9K33 Osa", "9К33 «Оса»"),
        ("ru", "9К33 «Оса»", "9K33 Osa"),
        ("uk", "9К33 «Оса»", "9K33 Osa"),
    ],
)
def test_names_come_in_the_readers_language(
    folder: Path,
    page: Page,
    taxonomy: Taxonomy,
    language: Language,
    first: str,
    second: str,
) -> None:
    result = load_result(folder)
    text = render_page(result, folder=folder, taxonomy=taxonomy, language=language)
    assert re.search(
        rf'<bdi lang="{language}">{first}</bdi> <span class="ru"[^>]*><bdi>{second}', text
    )
    assert Page(text).all("html")[0]["lang"] == "en"


def test_a_draft_is_flagged(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    result = write_run(tmp_path)
    assert result.comparison is not None
    inventory = result.comparison.inventory.model_copy(update={"is_draft": True})
    comparison = result.comparison.model_copy(update={"inventory": inventory})
    drafted = result.model_copy(update={"comparison": comparison})
    assert "A draft." not in render_page(result, folder=tmp_path, taxonomy=taxonomy)
    assert "A draft." in render_page(drafted, folder=tmp_path, taxonomy=taxonomy)


def test_cards_show_what_a_check_needs(page: Page, folder: Path) -> None:
    assert len(page.all("article")) == 7
    assert "9К33 «Оса»" in page.text
    assert "0:00.2 to 0:00.5, 5 frames" in page.text
    assert "Osa holds 0.90" in page.text
    assert "type never validated" in page.text
    images = page.all("img")
    looks = [image for image in images if str(image["alt"]).startswith("Best look at this")]
    assert len(looks) == 7
    for image in looks:
        head, content = str(image["src"]).split(",", 1)
        assert head == "data:image/jpeg;base64"
        decoded = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), 1)
        assert decoded is not None
        assert decoded.shape[:2] == (int(str(image["height"])), int(str(image["width"])))


def test_civil_vehicles_are_folded_away(page: Page) -> None:
    assert "Civil vehicles: 1 sighting" in page.text
    civil = page.text.index("Civil vehicles: 1 sighting")
    assert page.text.index("Civilian vehicle", civil) > civil


def test_the_page_can_be_read_without_eyes(page: Page) -> None:
    tags = [tag for tag, attributes in page.elements if "desk" not in str(attributes.get("id"))]
    for landmark in ("header", "main", "nav", "footer"):
        assert landmark in tags
    assert tags.count("main") == tags.count("header") == tags.count("footer") == 1
    names = [attributes["aria-label"] for attributes in page.all("nav")]
    assert len(set(names)) == len(names)
    assert page.all("html")[0]["lang"] == "en"
    assert all("alt" in image for image in page.all("img"))
    assert all(header["scope"] in ("col", "row") for header in page.all("th"))
    assert tags.count("caption") == tags.count("table")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in page.all("a")} <= set(ids)


def test_the_page_needs_nothing_from_outside(page: Page, folder: Path) -> None:
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"link", "iframe", "object", "embed", "base", "use", "image"})
    assert not [
        a for _, attributes in page.elements for a in attributes if a in {"style", "action"}
    ]
    assert all("src" not in script for script in page.all("script"))
    policy = str(page.all("meta")[1]["content"])
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    text = (folder / "report.html").read_text("utf-8")
    own = "".join(re.findall(r"<style>.*?</style>|<script>.*?</script>", text, re.DOTALL))
    assert not re.search(r"url\(|@import|https?:|fetch|XMLHttp|eval\(|innerHTML", own)
    for part in ("style", "script"):
        for inside in re.findall(f"<{part}>(.*?)</{part}>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_nothing_from_outside_becomes_markup(
    page: Page, nasty_runs: tuple[tuple[str, Path], ...]
) -> None:
    plain = [(tag, tuple(sorted(attributes))) for tag, attributes in page.elements]
    for text, folder in nasty_runs:
        nasty = page_of(folder)
        assert [(tag, tuple(sorted(a))) for tag, a in nasty.elements] == plain, text
        assert nasty.comments == []
        for tag, attributes in nasty.elements:
            for name, value in attributes.items():
                assert not name.startswith("on")
                if name == "href":
                    assert str(value).startswith("#"), (text, tag)
                if name == "src":
                    assert re.fullmatch(r"data:image/jpeg;base64,[A-Za-z0-9+/=]+", str(value))
        words = re.sub(r"\s+", " ", printable(text)).strip()
        assert words in nasty.text, text


def test_the_page_holds_no_invisible_characters(
    nasty_runs: tuple[tuple[str, Path], ...],
) -> None:
    for text, folder in nasty_runs:
        content = (folder / "report.html").read_text("utf-8")
        assert printable(content.replace("\n", " ")) == content.replace("\n", " "), text


def empty(result: Result, **changes: object) -> Result:
    nothing = {"sightings": (), "counts": (), "comparison": None, "failures": ()}
    nothing |= {"count_intervals": (), "links": ()}
    return result.model_copy(update=nothing | changes)


def test_nothing_found_is_a_result_with_a_caution(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    result = empty(write_run(tmp_path))
    page = Page(render_page(result, folder=tmp_path, taxonomy=taxonomy))
    assert "No vehicle was found in 3 sources" in page.text
    assert "51 frames of 3 sources were looked at" in page.text
    assert "does not show that nothing was there" in page.text
    assert "Not compared with any announcement" in page.text
    assert "from " not in page.text[: page.text.index("Sources")]


def test_nothing_read_is_not_nothing_found(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    written = write_run(tmp_path)
    result = empty(written, sources=(), failures=written.failures)
    page = Page(render_page(result, folder=tmp_path, taxonomy=taxonomy))
    assert "No source could be read" in page.text
    assert "No vehicle was found" not in page.text
    assert "no frames (SourceError)" in page.text


@pytest.mark.parametrize(
    ("node", "headline"),
    [
        ("civilian_vehicle", "No military vehicle was found in 3 sources"),
        ("unknown", "No vehicle was answered as military in 3 sources"),
        ("vehicle", "No vehicle was answered as military in 3 sources"),
        ("background", "No vehicle was found in 3 sources"),
        ("military_vehicle", "1 sighting of military vehicles in 3 sources"),
    ],
)
def test_the_headline_says_no_more_than_the_answers(
    tmp_path: Path,
    write_run: Callable[..., Result],
    make_sighting: Callable[..., Sighting],
    taxonomy: Taxonomy,
    node: str,
    headline: str,
) -> None:
    entry = save_sighting(tmp_path, make_sighting("clip.mp4", 1, node))
    result = empty(write_run(tmp_path), sightings=(entry,))
    page = Page(render_page(result, folder=tmp_path, taxonomy=taxonomy))
    assert f"<h1>{headline}</h1>" in render_page(result, folder=tmp_path, taxonomy=taxonomy)
    assert len(page.all("article")) == 1


@pytest.mark.parametrize(
    "overall",
    [
        "consistent",
        "consistent, but does not prove it",
        "inconsistent",
        "explains nothing",
        "cannot tell",
    ],
)
def test_every_overall_verdict_has_a_chip(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy, overall: Overall
) -> None:
    result = write_run(tmp_path)
    assert result.comparison is not None
    comparison = result.comparison.model_copy(update={"overall": overall})
    text = render_page(
        result.model_copy(update={"comparison": comparison}), folder=tmp_path, taxonomy=taxonomy
    )
    assert re.search(rf'<span class="chip \w+" data-mark=".">{overall}</span>', text)


def test_a_long_page_names_the_pictures_it_leaves_out(
    tmp_path: Path,
    write_run: Callable[..., Result],
    taxonomy: Taxonomy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = write_run(tmp_path)
    monkeypatch.setattr(pictures, "PICTURE_LIMIT", 2)
    page = Page(render_page(result, folder=tmp_path, taxonomy=taxonomy))
    assert len([img for img in page.all("img") if str(img["alt"]).startswith("Best look at")]) == 2
    assert page.text.count("Picture in crops/") == 5


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((200, 1280), (640, 100)), ((900, 3), (2, 640)), ((60, 40), (40, 60)), ((1, 1), (1, 1))],
)
def test_thumbnails_are_bounded_and_never_enlarged(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = thumbnail(np.zeros((*shape, 3), np.uint8), most_bytes=60_000)
    assert (small.width, small.height) == expected


def test_the_worst_pictures_leave_the_page_under_its_size() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (700, 900, 3), np.uint8)
    large = thumbnail(noise, most_bytes=share_of_page(400))
    tiny = thumbnail(noise, most_bytes=pictures.TINY_MOST_BYTES, side=pictures.TINY_SIDE_PX)
    assert 400 * (len(large.uri) + len(tiny.uri)) < 6_800_000
    # What remains can still be recognised: no noise is a vehicle, but the size is one of a picture.
    assert large.width >= 96
    assert tiny.width >= 48
