from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import marchpast
from marchpast import references
from marchpast.errors import OutputExistsError, SheetError, SourceError, TaxonomyError
from marchpast.records import (
    AnswerSet,
    BgrImage,
    Candidate,
    Crop,
    Identity,
    SeenAttribute,
    Sighting,
    Track,
)
from marchpast.sheets import Sheet, compare
from marchpast.sheets.canvas import can_print
from marchpast.taxonomy import load_taxonomy

CROP = np.full((60, 90, 3), 128, np.uint8)
OSA = Identity(
    "osa", "type", 0.93, "why", (Candidate("osa", 0.93), Candidate("tor", 0.04)),
    answer=AnswerSet(("osa",), 0.93, 0.9, "nothing else is likely"),
)  # fmt: skip
needs_opencv_5 = pytest.mark.skipif(
    not can_print(), reason="OpenCV 4 has no font with Cyrillic letters"
)


def identity_of(*nodes: str, likely: tuple[str, ...] = ()) -> Identity:
    return Identity(
        nodes[0] if len(nodes) == 1 else "unknown",
        "unknown",
        0.5,
        "no reason",
        tuple(Candidate(node, 0.1) for node in likely),
        answer=AnswerSet(nodes, 0.9, 0.9, "no reason"),
    )


def nodes_of(sheet: Sheet) -> list[str]:
    return [column.node for column in sheet.columns]


def decoded(content: bytes) -> BgrImage:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A dark vehicle in the middle of a light picture."""
    image = np.full((200, 300, 3), 220, np.uint8)
    image[80:130, 100:180] = 30
    path = tmp_path / "scene.png"
    cv2.imwrite(str(path), image)
    return path


def test_it_is_the_public_compare() -> None:
    assert marchpast.compare is compare
    assert marchpast.Sheet is Sheet


def test_a_sheet_is_one_line_where_only_text_is_shown() -> None:
    sheet = compare(CROP, ["osa", "btr80"], attributes=["axles=3"])
    assert repr(sheet) == "<Sheet '9K33 Osa or BTR-80?' possible: osa>"
    assert "array" not in repr(sheet.shown) + repr(sheet.columns)


def test_names_in_any_spelling_and_any_language() -> None:
    sheet = compare(CROP, ["SA-8 Gecko", "Точка-У", "osa"], language="ru")
    assert nodes_of(sheet) == ["osa", "tochka_u"]
    assert sheet.title == "9К33 «Оса» or 9К79-1 «Точка-У»?"
    assert [column.other_name for column in sheet.columns] == ["9K33 Osa", "9K79-1 Tochka-U"]
    assert compare(CROP, ["towed_guns"], language="ru").title.startswith("Буксируемая")


@pytest.mark.parametrize(
    ("identity", "nodes"),
    [
        (OSA, ["osa", "tochka_u", "btr80", "tor", "strela_10"]),
        # Nothing is taken for a towed gun: the next likeliest stand beside it.
        (identity_of("towed_guns", likely=("towed_guns", "msta_s", "malka", "osa")),
         ["towed_guns", "msta_s", "malka"]),
        (identity_of("bastion_p", "bal", "iskander_m"),
         ["bastion_p", "bal", "iskander_m", "s350"]),
        # A wide answer is narrowed to the likeliest types within it.
        (identity_of("air_defence", likely=("osa", "btr80", "tor")),
         ["osa", "tor", "tochka_u", "btr80", "strela_10"]),
        (identity_of("unknown", likely=("t72b3", "t80")), ["t72b3", "t80", "t90a_m"]),
    ],
)  # fmt: skip
def test_without_candidates_the_answer_and_its_lookalikes(
    identity: Identity, nodes: list[str]
) -> None:
    assert nodes_of(compare(CROP, identity=identity))[: len(nodes)] == nodes


@pytest.mark.parametrize("node", load_taxonomy().types)
def test_every_answer_makes_a_sheet_that_can_be_compared(node: str) -> None:
    found = nodes_of(compare(CROP, identity=identity_of(node, likely=(node, "osa", "t80"))))
    assert found[0] == node
    assert 2 <= len(found) <= 5 and len(set(found)) == len(found)


def test_a_sighting_brings_its_picture_and_its_answer() -> None:
    track = Track(
        3, 0, np.array([4]), np.array([0.5]), np.zeros((1, 4), np.float32),
        np.ones(1, np.float32), (Crop(4, 0.5, (0, 0, 9, 6), CROP, 1.0),),
    )  # fmt: skip
    sheet = compare(Sighting("clip.mp4", track, OSA))
    assert sheet.shown.name == "clip.mp4#3"
    assert (
        sheet.answer
        == "The models answer 9K33 Osa; of such answers 90% hold the truth, as calibrated."
    )
    assert nodes_of(sheet)[0] == "osa"


@pytest.mark.parametrize(
    ("identity", "answer"),
    [
        (Identity("unknown", "unknown", 0.2, "too small", (Candidate("osa", 0.2),)),
         "The models give no answer: too small."),
        (Identity("background", "unknown", 0.9, "", (Candidate("osa", 0.2),)),
         "The models take it for no vehicle."),
        (Identity("sam_short", "family", 0.91, "", (Candidate("osa", 0.5),)),
         "The models answer self-contained short-range SAM vehicle (0.91)."),
    ],
)  # fmt: skip
def test_what_the_models_say_is_told(identity: Identity, answer: str) -> None:
    assert compare(CROP, identity=identity).answer == answer


def test_a_persons_word_of_before_is_kept() -> None:
    identity = Identity(
        "osa", "type", 0.9, "", (Candidate("osa", 0.9),),
        attributes=(
            SeenAttribute("axles", "3", "user"), SeenAttribute("drive", "wheels", "model", 0.99),
        ),
    )  # fmt: skip
    sheet = compare(CROP, ["osa", "btr80"], identity=identity)
    assert sheet.possible == ("osa",)
    assert [claim.name for claim in sheet.claims] == ["drive"]


def test_the_box_is_cut_out_and_shown_where_it_was(picture: Path) -> None:
    sheet = compare(picture, ["osa"], box=(100, 80, 180, 130))
    assert sheet.shown.image.shape == (56, 90, 3)  # with a margin
    assert int(sheet.shown.image[28, 45, 0]) == 30
    assert sheet.shown.whole is not None and sheet.shown.whole.shape == (200, 300, 3)
    assert int(sheet.shown.whole[80, 140, 0]) > 200  # the box
    assert sheet.shown.name == "scene.png" and len(sheet.shown.sha256) == 64
    whole = compare(picture, ["osa"], box=(5, 5, 295, 195)).shown
    assert whole.whole is None and whole.image.shape == (200, 300, 3)


def test_the_users_own_pictures_stand_beside_the_drawings(tmp_path: Path, picture: Path) -> None:
    store = references.create_store(tmp_path / "store")
    store.add("tochka_u", picture, credit="A. Photographer", licence="CC BY-SA 4.0")
    for given in (store, tmp_path / "store", str(tmp_path / "store")):
        sheet = compare(CROP, ["osa", "tochka_u"], references=given)
        osa, tochka = sheet.columns
        assert (len(osa.photos), len(osa.drawings)) == (0, 1)
        (photo,) = tochka.photos
        assert (photo.credit, photo.licence) == ("A. Photographer", "CC BY-SA 4.0")
        assert photo.image.shape == (200, 300, 3)
    assert "Picture: <bdi>A. Photographer</bdi>. Licence: <bdi>CC BY-SA 4.0</bdi>." in sheet.html()


@pytest.mark.parametrize(
    ("shape", "view"), [((50, 120, 3), "left"), ((90, 90, 3), "front"), ((60, 90, 3), "front-left")]
)
def test_drawings_are_seen_as_the_picture_may_be(shape: tuple[int, ...], view: str) -> None:
    assert compare(np.zeros(shape, np.uint8), ["osa"]).view == view
    assert compare(np.zeros(shape, np.uint8), ["osa"], view="above").view == "above"


def test_every_drawing_says_that_it_is_none() -> None:
    for node in references.nodes():
        for column in compare(CROP, [node]).columns:
            for drawing in column.drawings:
                assert drawing.caption.endswith("dimensions, not a photograph")
                guessed = any(
                    row.source == "guess"
                    for sheet in references.load(node)
                    if sheet.name == drawing.name
                    for row in sheet.dimensions
                )
                assert ("partly estimated" in drawing.caption) == guessed


def test_how_kinds_differ_is_told_of_both() -> None:
    osa, tochka = compare(CROP, ["osa", "tochka_u"]).columns
    assert osa.against == ("against 9K79-1 Tochka-U: Osa has turret, radars and six canisters",)
    assert tochka.against[0].startswith("against 9K33 Osa: same hull, but flat roof doors")
    for column in compare(CROP, ["bastion_p", "iskander_m", "s300ps_pm", "s400"]).columns:
        assert not any(": see " in text for text in column.against)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"candidates": []}, SheetError, "no candidates are named and no model"),
        ({"candidates": ["nonsense"]}, TaxonomyError, "'nonsense'"),
        ({"candidates": "osa"}, ValueError, "a list of names"),
        ({"candidates": ["osa", "sam_short"]}, ValueError, "9K33 Osa is a kind of"),
        ({"candidates": list(load_taxonomy().types[:9])}, ValueError, "1 to 8 kinds"),
        ({"candidates": [], "identity": identity_of("unknown")}, SheetError, "name no kind"),
        ({"language": "fr"}, ValueError, "names in en, ru, uk"),
        ({"view": "below"}, ValueError, "got 'en' and 'below'"),
        ({"picture": Path("not_there.jpg")}, SourceError, "not_there.jpg"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    change: dict[str, object], error: type[Exception], message: str
) -> None:
    given: dict[str, object] = {"picture": CROP, "candidates": ["osa"]} | change
    with pytest.raises(error, match=message):
        compare(**given)  # type: ignore[arg-type]


def test_saving(tmp_path: Path) -> None:
    sheet = compare(CROP, ["osa", "btr80"])
    path = sheet.save(tmp_path / "sheet.html")
    assert path.read_text("utf-8") == sheet.html()
    with pytest.raises(OutputExistsError, match="exists"):
        sheet.save(path)
    assert sheet.save(str(path), overwrite=True) == path
    with pytest.raises(ValueError, match=r"\.html or \.png, got 'sheet\.jpg'"):
        sheet.save(tmp_path / "sheet.jpg")


@needs_opencv_5
@pytest.mark.parametrize(
    ("candidates", "shape"),
    [
        (["osa"], (1, 1)),
        (["osa", "btr80"], (12, 9)),
        (["osa", "tochka_u", "btr80"], (900, 200)),
        (["towed_guns", "s300ps_pm", "smerch_tornado_s", "civilian_vehicle"], (100, 1600)),
        (["osa", "tor", "buk", "s400", "s350", "bal", "redut", "rubezh"], (60, 90)),
    ],
)
def test_pictures_of_sheets_of_all_sizes(
    candidates: list[str], shape: tuple[int, int], tmp_path: Path
) -> None:
    crop = np.full((*shape, 3), (10, 200, 90), np.uint8)
    sheet = compare(crop, candidates, language="ru", attributes=["drive=wheels"])
    content = sheet.save(tmp_path / "sheet.png").read_bytes()
    image = decoded(content)
    # The crop is in it, and the margins stay white.
    assert (image == (10, 200, 90)).all(axis=2).any()
    for edge in (image[:40], image[-20:], image[:, :40], image[:, -40:]):
        assert (edge == 255).all()


@needs_opencv_5
def test_a_mark_changes_the_picture_where_it_stands() -> None:
    blank = compare(CROP, ["osa", "btr80"])
    before = decoded(blank.png())
    assert blank._repr_png_() == blank.png()
    after = decoded(compare(CROP, ["osa", "btr80"], tells=["osa.1=present"]).png())
    assert before.shape == after.shape
    rows, columns = np.nonzero((before != after).any(axis=2))
    assert 0 < np.ptp(rows) < 30 and 0 < np.ptp(columns) < 30


def test_without_a_font_a_picture_is_refused_and_a_page_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(cv2, "FontFace", raising=False)
    sheet = compare(CROP, ["osa"])
    assert sheet._repr_png_() is None
    with pytest.raises(SheetError, match=r"needs OpenCV 5.*save it as \.html"):
        sheet.save(tmp_path / "sheet.png")
    assert sheet.save(tmp_path / "sheet.html").is_file()
