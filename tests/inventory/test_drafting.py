import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.errors import InventoryError
from marchpast.inventory import (
    Amount,
    Draft,
    draft_inventory,
    draft_yaml,
    load_inventory,
    read_announcement,
    reconcile,
)
from marchpast.inventory.drafting.items import scan
from marchpast.inventory.drafting.sentences import as_read, printable
from marchpast.inventory.parts import FIGURES
from marchpast.inventory.reading import parse_inventory
from marchpast.taxonomy import Taxonomy

ONE = Amount(1, "exact")  # "one of the largest" counts nothing

TEXT = """\
ВЛАДИВОСТОК, 18 апреля. Более 50 единиц военной техники примут участие в параде в честь 72-й
годовщины Победы во Владивостоке 9 мая, сообщила пресс-служба. В колонне пройдут ЗРК «Оса», «Бал»,
восемь С-300 и другая техника; ожидаются около 1,5 тыс. военнослужащих. В прошлом году было 49
единиц техники. Сводный оркестр даст концерт.
"""

# What announcements are made of, to be put together at random with anything between.
WORDS = st.sampled_from(
    [
        *("более 50 единиц техники", "восемь «Ос»", "танков Т-72", "С-300", "«Бал» (4)", "1 500"),
        *("9 мая 2017 года", "Владивосток", "в прошлом году", "не будет", "без военной техники"),
        *("more than 50 vehicles", "8 x Osa", "Pantsir-S1 - 4", "some 1,500 troops", "including"),
        *(
            "ГАЗ-67",
            "12 вертолётов Ми-8",
            "по 4",
            "и",
            ",",
            "; ",
            ". ",
            "!\n\n- ",
            "\t",
            "г. ",
            "№ 5",
        ),
        *(
            "«",
            "»",
            "\u200e",
            "\x00",
            "\u2028",
            "'",
            '"',
            "\\",
            "#",
            ": ",
            "- ",
            "\ud800",
            "…",
            "½",
        ),
    ]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=8)), min_size=1, max_size=25).map(" ".join)


def test_a_whole_announcement() -> None:
    draft = draft_inventory(TEXT)
    assert (draft.place, draft.date) == ("Vladivostok", "2017-05-09")
    assert draft.figures.total == Amount(50, "at_least")
    assert draft.figures.personnel == Amount(1500, "about")
    assert [(line.node, line.amount, line.written) for line in draft.lines] == [
        ("osa", None, "ЗРК «Оса»"),
        ("bal", None, "Бал"),
        ("s300_family", Amount(8, "exact"), "С-300"),
    ]
    assert draft.is_partial
    silent = [sentence.text for sentence in draft.sentences if not sentence.gave]
    assert [text.split()[0] for text in silent] == ["ВЛАДИВОСТОК,", "В", "Сводный"]


def test_the_file_is_read_as_a_draft_with_the_sentence_of_each_line() -> None:
    inventory = parse_inventory(draft_yaml(draft_inventory(TEXT)).encode(), file="f")
    assert inventory.is_draft
    assert (inventory.id, inventory.place) == ("vladivostok-2017", "Vladivostok")
    assert inventory.total == Amount(50, "at_least")
    assert inventory.personnel == Amount(1500, "about")
    assert all(line.sentence.startswith("В колонне пройдут") for line in inventory.lines)
    assert [sentence.gave for sentence in inventory.sentences][1] == ("place", "date", "total")
    assert inventory.sentences[3].unplaced == ("49: the sentence is about another year",)
    assert inventory.sources == ()


def test_a_confirmed_draft_needs_a_source() -> None:
    confirmed = draft_yaml(draft_inventory(TEXT)).replace("draft: true", "draft: false")
    with pytest.raises(InventoryError, match="needs the key 'sources' with at least one source"):
        parse_inventory(confirmed.encode(), file="f")
    with_source = re.sub("sources:.*", "sources: [{url: 'https://example.org'}]", confirmed)
    assert not parse_inventory(with_source.encode(), file="f").is_draft


def test_a_draft_can_be_compared() -> None:
    inventory = parse_inventory(draft_yaml(draft_inventory(TEXT)).encode(), file="f")
    assert reconcile([], inventory).overall == "cannot tell"


def test_a_line_of_a_sentence_that_is_not_there_is_refused() -> None:
    wrong = draft_yaml(draft_inventory(TEXT)).replace("sentence: 3", "sentence: 9", 1)
    with pytest.raises(InventoryError, match="the number of one of the 5 under sentences"):
        parse_inventory(wrong.encode(), file="f")


def test_a_text_without_anything_gives_an_empty_draft() -> None:
    draft = draft_inventory("Погода будет хорошей.")
    assert (draft.lines, draft.is_partial, draft.place, draft.date) == ((), True, None, None)
    inventory = parse_inventory(draft_yaml(draft).encode(), file="f")
    assert (inventory.id, inventory.place, inventory.date) == ("draft", "unknown", None)


@pytest.mark.parametrize("text", ["", " \n", "а" * 30_001, "Да. " * 1_001])
def test_what_is_no_announcement_is_refused(text: str) -> None:
    with pytest.raises(InventoryError, match="an announcement has 1 to 30000 characters"):
        draft_inventory(text)


def test_the_anniversary_tells_the_year_and_the_parade_the_day() -> None:
    text = "На репетиции 5 мая прошли танки. Парад в честь 75-летия Победы пройдёт 24 июня."
    assert draft_inventory(text).date == "2020-06-24"


def test_composed_and_broken_letters_are_read_alike() -> None:
    text = "Более 50 еди\u00adниц военной тех\u200bники и девять «Ос»."
    plain, decomposed = draft_inventory(text), draft_inventory(unicodedata.normalize("NFD", text))
    assert plain == decomposed
    assert plain.figures.total == Amount(50, "at_least")
    assert [(line.node, str(line.amount)) for line in plain.lines] == [("osa", "9")]


def test_two_years_leave_the_date_open() -> None:
    assert (
        draft_inventory("Парад пройдёт 9 мая. Он сменит парад 2019 года, в 2020 году.").date is None
    )


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_nothing_of_a_text_is_lost(text: str) -> None:
    try:
        draft = draft_inventory(text)
    except InventoryError:
        assert not as_read(text).strip()
        return
    assert "".join(sentence.text for sentence in draft.sentences) == as_read(text)
    assert_every_line_and_figure_has_its_sentence(draft)
    inventory = parse_inventory(draft_yaml(draft).encode(), file="f")
    held = " ".join(sentence.text for sentence in inventory.sentences)
    assert "".join(held.split()) == "".join(printable(as_read(text)).split())
    assert inventory.is_draft
    assert [line.node for line in inventory.lines] == [line.node for line in draft.lines]


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_every_number_and_name_is_placed_or_listed(text: str, taxonomy: Taxonomy) -> None:
    if not as_read(text).strip():
        return
    draft = draft_inventory(text, taxonomy=taxonomy)
    figures = (getattr(draft.figures, name) for name in FIGURES)
    amounts = {*figures, *(line.amount for line in draft.lines)}
    for sentence in draft.sentences:
        listed = "\n".join(sentence.unplaced)
        for item in scan(sentence.text, taxonomy):
            written = " ".join(sentence.text[item.start : item.end].split())
            if item.number and not item.number.looks_like_year and item.number.amount != ONE:
                is_placed = item.number.amount in amounts or "aircraft" in sentence.gave
                assert is_placed or written in listed
            if item.name and item.kind == "name":
                is_placed = bool(set(item.name.nodes) & set(sentence.gave))
                assert is_placed or written in listed or item.name.node == "tank"


def assert_every_line_and_figure_has_its_sentence(draft: Draft) -> None:
    gave = [set(sentence.gave) for sentence in draft.sentences]
    for line in draft.lines:
        assert line.node in gave[line.sentence - 1]
        written = "".join(line.written.split())
        assert written in "".join(draft.sentences[line.sentence - 1].text.split())
    for figure in FIGURES:
        if getattr(draft.figures, figure) is not None:
            assert any(figure in each for each in gave)


def running(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    """Every name as people write it; ids are for files."""
    return [
        (node, spelling)
        for node in taxonomy.nodes
        if node not in ("vehicle", "military_vehicle", "civilian_vehicle")
        for spelling in dict.fromkeys(
            [
                taxonomy.node(node).name,
                taxonomy.node(node).name_ru,
                *(alias.text for alias in taxonomy.node(node).aliases),
            ]
        )
    ]


@pytest.mark.parametrize(
    "sentence", ["В параде пройдут 8 «{}» и другая техника.", "The column will include 8 {}."]
)
def test_every_name_is_found_and_counted_in_a_sentence(sentence: str, taxonomy: Taxonomy) -> None:
    missed = {}
    for node, spelling in running(taxonomy):
        draft = draft_inventory(sentence.format(spelling), taxonomy=taxonomy)
        lines = [(line.node, line.amount) for line in draft.lines]
        if lines != [(node, Amount(8, "exact"))] or draft.figures.total:
            missed[spelling] = (node, lines, draft.sentences[0].unplaced)
    assert missed == {}


def test_an_announcement_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "Парад".encode())
    assert read_announcement(path) == "Парад"
    path.write_bytes("Парад".encode("cp1251"))
    with pytest.raises(
        InventoryError, match=r"a\.txt: byte 0 is not UTF-8; save the text as UTF-8"
    ):
        read_announcement(path)
    path.write_bytes(b"a" * (1 << 20) + b"a")
    with pytest.raises(InventoryError, match="more than 1048576 bytes"):
        read_announcement(path)
    with pytest.raises(InventoryError, match="cannot read this text: No such file"):
        read_announcement(tmp_path / "b.txt")
    with pytest.raises(InventoryError, match="is a regular file"):
        read_announcement(tmp_path)


def test_a_draft_file_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(draft_yaml(draft_inventory(TEXT)), encoding="utf-8")
    assert load_inventory(path).is_draft
