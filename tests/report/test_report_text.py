"""Text from outside."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.report.text import ascii_label, file_stem, printable, storable

any_text = st.text(st.characters(exclude_categories=()))


@given(any_text)
def test_storable_text_is_utf8_and_valid_unicode_is_untouched(text: str) -> None:
    stored = storable(text)
    stored.encode("utf-8")
    if not any(unicodedata.category(character) == "Cs" for character in text):
        assert stored == text


def test_storable_keeps_different_bytes_different() -> None:
    names = [f"a{chr(0xDC00 + byte)}" for byte in range(0x80, 0x100)]
    assert len({storable(name) for name in names}) == len(names)


@given(any_text)
def test_printable_text_is_one_visible_line_and_stays_as_it_is(text: str) -> None:
    clean = printable(text)
    assert {unicodedata.category(character) for character in clean}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    assert printable(clean) == clean


@given(any_text)
def test_file_stems_hold_nothing_a_path_could_mean(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,40}", file_stem(text))


@given(any_text)
def test_ascii_labels_are_printable_ascii(text: str) -> None:
    assert re.fullmatch(r"[ -~]*", ascii_label(text))


@pytest.mark.parametrize("text", ["BTR-82A", "9K33 Osa 0.91", "2S19 Msta-S"])
def test_ascii_labels_keep_plain_names(text: str) -> None:
    assert ascii_label(text) == text
