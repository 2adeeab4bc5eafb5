import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.errors import InventoryError
from marchpast.inventory import (
    Amount,
    AnnouncedLine,
    Counted,
    Figures,
    InventorySource,
    SourceSentence,
    load_inventory,
)
from marchpast.inventory.reading import parse_inventory

GOOD = """\
format: marchpast-inventory/1
id: testograd-2017
place: Тестоград
date: 2017-05-09
announced:
  published: "2017-04-18"
  total: {value: 50, qualifier: at_least}
partial: true
lines:
- type: ЗРК «Оса»
- type: C-400
  count: 8
- {type: BTR, count: 12, qualifier: about}
sources:
- url: https://example.org/a
  publisher: A paper
- url: http://example.org/b
confidence: medium
note: >-
  Two
  lines.
"""


def _with(line: int, *new: str) -> str:
    lines = GOOD.splitlines()
    lines[line - 1 : line] = new
    return "\n".join(lines) + "\n"


def test_every_field_is_read() -> None:
    inventory = parse_inventory(GOOD.encode(), file="f.yaml")
    assert inventory.id == "testograd-2017"
    assert inventory.place == "Тестоград"
    assert inventory.date == "2017-05-09"
    assert inventory.published == "2017-04-18"
    assert inventory.total == Amount(50, "at_least")
    assert inventory.is_partial
    assert inventory.lines == (
        AnnouncedLine("osa", None),
        AnnouncedLine("s400", Amount(8, "exact")),
        AnnouncedLine("btr_8x8", Amount(12, "about")),
    )
    assert inventory.sources == (
        InventorySource("https://example.org/a", "A paper"),
        InventorySource("http://example.org/b", ""),
    )
    assert inventory.confidence == "medium"
    assert inventory.note == "Two lines."
    assert inventory.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_most_fields_may_be_left_out() -> None:
    text = (
        "format: marchpast-inventory/1\nid: a\nplace: b\npartial: true\n"
        "sources: [{url: 'https://example.org'}]\n"
    )
    inventory = parse_inventory(text.encode(), file="f.yaml")
    assert (inventory.date, inventory.total, inventory.lines) == (None, None, ())
    assert (inventory.confidence, inventory.note, inventory.published) == (None, "", None)


def test_windows_line_ends_are_fine() -> None:
    windows = parse_inventory(GOOD.replace("\n", "\r\n").encode(), file="f.yaml")
    assert windows.lines == parse_inventory(GOOD.encode(), file="f.yaml").lines


BAD = {
    "format": (_with(1, "format: marchpast-inventory/2"), "1:9: format must be one of marchpast-"),
    "no format": (_with(1), "1:1: an inventory needs the key 'format'"),
    "no sources": (_with(14, "source:"), "14:1: an inventory has no key 'source'; did you mean 's"),
    "unknown key": (_with(3, "weather: fine"), "3:1: an inventory has no key 'weather'; allowed a"),
    "duplicate key": (_with(4, "place: X"), "4:1: an inventory has the key 'place' twice, first o"),
    "key is no text": (_with(3, "2017: X"), "3:1: a key of an inventory must be text of 1 to"),
    "key is a list": (_with(3, "[a]: X"), "3:1: a key of an inventory must be text of 1 to"),
    "merge key": (_with(3, "<<: {place: X}"), "3:1: a key of an inventory must be text"),
    "place is a flag": (_with(3, "place: no"), "3:8: place must be text of 1 to 4000 printable "),
    "place is empty": (_with(3, "place:"), "3:7: place must be text of 1 to 4000 printable char"),
    "escape": (_with(3, 'place: "\\e[31m"'), "3:8: place must be text of 1 to 4000 printable"),
    "date": (_with(4, "date: 9 May 2017"), "4:7: date must be a date as YYYY-MM-DD, got '9 May"),
    "no such day": (_with(4, "date: 2017-02-30"), "4:7: date must be a date as YYYY-MM-DD, got"),
    "total is a number": (_with(7, "  total: 50"), "7:10: total must be a mapping of keys to val"),
    "total qualifier": (_with(7, "  total: {value: 1, qualifier: more}"), "7:32: qualifier must "),
    "partial": (_with(8, "partial: yes"), "8:10: partial must be true or false, got 'yes'"),
    "line is a text": (_with(10, "- Osa"), "10:3: a line must be a mapping of keys to values, g"),
    "unknown vehicle": (_with(10, "- type: Осса"), "10:9: no vehicle is called 'Осса'; nearest "),
    "ambiguous": (_with(10, "- type: Урал"), "10:9: 'Урал' names several vehicles; write one of"),
    "civil": (_with(10, "- type: civilian_vehicle"), "10:9: a line names a military vehicle or a"),
    "all of them": (_with(10, "- type: military_vehicle"), "10:9: a line names a military vehicle"),
    "twice": (_with(10, "- type: S-400"), "11:9: S-400 Triumf (s400) is announced twice, first o"),
    "negative": (_with(12, "  count: -1"), "12:10: count must be a whole number from 0 to 100000"),
    "nan": (_with(12, "  count: .nan"), "12:10: count must be a whole number from 0 to 100000 in"),
    "infinite": (_with(12, "  count: .inf"), "12:10: count must be a whole number from 0 to 1000"),
    "float": (_with(12, "  count: 8.0"), "12:10: count must be a whole number from 0 to 100000"),
    "true": (_with(12, "  count: true"), "12:10: count must be a whole number from 0 to 100000"),
    "octal": (_with(12, "  count: 010"), "12:10: count must be a whole number from 0 to 100000 i"),
    "hex": (_with(12, "  count: 0x10"), "12:10: count must be a whole number from 0 to 100000 in"),
    "sexagesimal": (_with(12, "  count: 1:30"), "12:10: count must be a whole number from 0 to "),
    "underscore": (_with(12, "  count: 1_0"), "12:10: count must be a whole number from 0 to 10"),
    "too many": (_with(12, f"  count: {'9' * 5000}"), "12:10: count must be a whole number from"),
    "quoted": (_with(12, "  count: '8'"), "12:10: count must be a whole number from 0 to 100000"),
    "none": (_with(12, "  count:"), "12:9: count must be a whole number from 0 to 100000 in plain"),
    "qualifier alone": (_with(12, "  qualifier: about"), "12:14: a qualifier needs a count besid"),
    "source": (_with(15, "- url: javascript:alert(1)"), "15:8: a url starts with http:// or http"),
    "confidence": (_with(18, "confidence: sure"), "18:13: confidence must be one of high, medium"),
    "tab": (_with(12, "\tcount: 8"), "12:1: the file has a tab; use spaces"),
    "tab in a text": (_with(3, "place: Тест\tград"), "3:12: the file has a tab; use spaces"),
    "control": (_with(3, "place: a\x00b"), "3:9: the file has a zero byte, as UTF-16 has"),
    "escape character": (_with(3, "place: a\x1bb"), "3:9: the file has the character U+001B; rem"),
    "direction": (_with(3, "place: a\u202eb"), "3:9: the file has the character U+202E; remove i"),
    "lone CR": (_with(3, "place: a\rb: c"), "3:9: the file has the character U+000D; remove it"),
    "anchor": (_with(3, "place: &a Тест"), "3:8: anchors (&) and aliases (*) are not allowed"),
    "anchor after é": (_with(3, '"é": &a x'), "3:6: anchors (&) and aliases (*) are not allowed"),
    "alias": (_with(3, "place: *a"), "3:8: anchors (&) and aliases (*) are not allowed; write it"),
    "tag": (_with(3, "place: !!python/name:os.system x"), "3:8: tags are not allowed, got 'tag:ya"),
    "two documents": (GOOD + "---\na: b\n", "22:1: the file must hold one document, got a second"),
    "syntax": (_with(3, "place: a: b"), "3:9: this is not YAML: mapping values are not allowed"),
    "unclosed": (_with(3, "place: [a"), ": this is not YAML: "),
    "deep": (_with(3, "place: " + "[" * 32), "3:39: nested deeper than 32 levels"),
    "empty": ("", "1:1: the file is empty"),
    "comment only": ("# nothing\n", "1:1: the file is empty"),
    "text": ("hello\n", "1:1: an inventory must be a mapping of keys to values, got 'hello'"),
    "list": ("- a\n", "1:1: an inventory must be a mapping of keys to values, got a list"),
    "long text": (_with(3, "place: " + "x" * 4001), "3:8: place must be text of 1 to 4000 print"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_where_it_is_bad(text: str, message: str) -> None:
    with pytest.raises(InventoryError) as raised:
        parse_inventory(text.encode(), file="my inventory.yaml")
    said = str(raised.value)
    assert said.startswith("my inventory.yaml:")
    assert message in said
    assert "\n" not in said
    assert len(said) < 400


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{value: 50, qualifier: at_least}", "{value: 0}", "10:1: the announced total is 0, but"),
        (GOOD[GOOD.index("announced") : GOOD.index("partial")], "announced: []\n", "5:12: announc"),
        (GOOD[GOOD.index("lines") : GOOD.index("sources")], "lines: 5\n", "9:8: lines must be a"),
        (GOOD[GOOD.index("partial") : GOOD.index("sources")], "partial: false\n", "8:10: without"),
        (GOOD[GOOD.index("sources") : GOOD.index("confid")], "sources: []\n", "14:10: an invento"),
    ],
)
def test_parts_that_do_not_fit_are_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(InventoryError) as raised:
        parse_inventory(GOOD.replace(old, new).encode(), file="f.yaml")
    assert f"f.yaml:{message}" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xef\xbb\xbf" + GOOD.encode(), "f:1:1: the file starts with a byte-order mark"),
        (GOOD.encode("utf-16"), "f:1:1: the file starts with a byte-order mark"),
        (GOOD.encode("utf-16-le"), "f:1:2: the file has a zero byte, as UTF-16 has"),
        (GOOD.encode("cp1251"), "f:3:8: byte 0xd2 is not UTF-8"),
        (b"a: \xd1", "f:1:4: byte 0xd1 is not UTF-8"),
        (b"#" * (1 << 20) + b"#", "f:1:1: the file has more than 1048576 bytes"),
        (b"[" * 1_000_000, "f:1:33: nested deeper than 32 levels"),
        (b"- a\n" * 30_000, "f:20000:3: the file has more than 20000 values"),
    ],
)
def test_bytes_that_are_no_inventory_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(InventoryError) as raised:
        parse_inventory(content, file="f")
    assert str(raised.value).startswith(message)


def test_a_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(InventoryError, match=r"f:1:4: anchors \(&\) and aliases"):
        parse_inventory(bomb.encode(), file="f")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_an_inventory_error_or_harmless(data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    try:
        inventory = parse_inventory(bytes(content), file="f")
    except InventoryError as error:
        assert str(error).startswith("f:")
        assert "\n" not in str(error)
    else:
        assert len(inventory.sources) >= 1


def test_the_bundled_ones() -> None:
    zero = load_inventory("moscow-2026")
    assert zero.announces_nothing
    assert not zero.is_partial
    assert load_inventory("moscow-2023").total == Amount(125, "exact")
    vladivostok = load_inventory("vladivostok-2017")
    assert vladivostok.total == Amount(50, "at_least")
    assert [line.node for line in vladivostok.lines] == [
        "osa",
        "s300_family",
        "bal",
        "bastion_p",
        "pantsir_s1",
        "bm21_grad",
    ]


MORE = """\
format: marchpast-inventory/1
draft: true
id: a
place: b
announced:
  total: {value: 90, qualifier: at_most}
  personnel: {value: 1500, qualifier: about}
  aircraft: {value: 12}
  historic: {value: 3}
reported:
  total: {value: 88}
counted:
- by: Somebody
  total: {value: 47}
  url: https://example.org/count
  note: From the broadcast.
- by: Another
  lines: [{type: T-34-85, count: 1}]
  url: https://example.org/other
partial: true
lines:
- {type: Osa, sentence: 2}
sentences:
- text: Up to 90 vehicles.
  gave: [total]
- text: Among them Osa, and 5 bands.
  gave: [osa]
  unplaced: ["5 bands: counts something else"]
"""


def test_figures_reports_counts_and_sentences_are_read() -> None:
    inventory = parse_inventory(MORE.encode(), file="f")
    assert inventory.total == Amount(90, "at_most")
    assert str(inventory.total) == "at most 90"
    assert inventory.personnel == Amount(1500, "about")
    assert inventory.aircraft == Amount(12, "exact")
    assert inventory.historic == Amount(3, "exact")
    assert inventory.reported == Figures(total=Amount(88, "exact"))
    osa = AnnouncedLine("osa", None, "Among them Osa, and 5 bands.")
    assert inventory.lines == (osa,)
    t34 = AnnouncedLine("t34_85", Amount(1, "exact"))
    assert inventory.counted == (
        Counted(
            "Somebody", Amount(47, "exact"), (), "https://example.org/count", "From the broadcast."
        ),
        Counted("Another", None, (t34,), "https://example.org/other"),
    )
    assert inventory.is_draft
    assert inventory.sources == ()
    assert inventory.sentences == (
        SourceSentence("Up to 90 vehicles.", ("total",)),
        SourceSentence(
            "Among them Osa, and 5 bands.", ("osa",), ("5 bands: counts something else",)
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sentence: 2", "sentence: 3", "22:25: sentence is the number of one of the 2 under"),
        ("sentence: 2", "sentence: 0", "22:25: sentence is the number of one of the 2 under"),
        ("  total: {value: 47}\n", "", "13:3: a count needs a total or lines"),
        ("https://example.org/count", "example.org", "15:8: a url starts with http"),
        ("draft: true", "draft: yes", "2:8: draft must be true or false"),
        ("draft: true", "draft: false", "1:1: an inventory needs the key 'sources' with at least"),
        ("  aircraft:", "  planes:", "8:3: announced has no key 'planes'"),
        (
            "qualifier: at_most",
            "qualifier: up_to",
            "6:33: qualifier must be one of exact, at_least",
        ),
        ("  gave: [total]", "  gave: total", "25:9: gave must be a list"),
    ],
)
def test_parts_of_the_longer_form_that_do_not_fit_are_refused(
    old: str, new: str, message: str
) -> None:
    with pytest.raises(InventoryError) as raised:
        parse_inventory(MORE.replace(old, new, 1).encode(), file="f")
    assert f"f:{message}" in str(raised.value)


def test_a_file_is_read_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    assert load_inventory(tmp_path / "mine.yaml").id == "testograd-2017"
    assert load_inventory(str(tmp_path / "mine.yaml")).id == "testograd-2017"
    monkeypatch.chdir(tmp_path)
    assert load_inventory("mine.yaml").id == "testograd-2017"


def test_a_file_beside_does_not_hide_a_bundled_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moscow-2026").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_inventory("moscow-2026").id == "moscow-2026"
    assert load_inventory("./moscow-2026").id == "testograd-2017"
    assert load_inventory(Path("moscow-2026")).id == "testograd-2017"


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(InventoryError, match=r"called 'sevastopl-2015' .*'sevastopol-2015'"):
        load_inventory("sevastopl-2015")
    with pytest.raises(InventoryError, match=r"there are khabarovsk-2013, .*ending in \.yaml"):
        load_inventory("zzz")


@pytest.mark.parametrize("name", ["missing.yaml", "folder.yaml", "pipe.yaml", "nul\0.yaml"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    if name.startswith("folder"):
        (tmp_path / name).mkdir()
    if name.startswith("pipe"):
        if not hasattr(os, "mkfifo"):
            pytest.skip("this system has no pipes with names")
        os.mkfifo(tmp_path / name)
    with pytest.raises(InventoryError, match=r"inventory") as raised:
        load_inventory(str(tmp_path / name))
    assert "\0" not in str(raised.value)


def test_a_complaint_about_a_file_gives_its_path(tmp_path: Path) -> None:
    path = tmp_path / "bad\nname.yaml"
    path.write_text(GOOD.replace("count: 8", "count: -8"), encoding="utf-8")
    with pytest.raises(InventoryError, match=r"bad\\nname.yaml':12:10: count must be") as raised:
        load_inventory(path)
    assert "\n" not in str(raised.value)
