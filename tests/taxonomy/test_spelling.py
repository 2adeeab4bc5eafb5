import pytest

from marchpast.taxonomy.spelling import cyrillic_index, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("С-300", "C-300"),  # Cyrillic Es, Latin C
        ("С‑300", "C 300"),  # non-breaking hyphen, space
        ("БТР–80", "бтр−80"),  # en dash, minus sign
        ("«Солнцепёк»", "солнцепек"),
        ("Солнцепёк", "СОЛНЦЕПЁК"),  # combining diaeresis
        ("ＢＭ－２１", "bm21"),  # full-width
        ("З-СТС", "3-CTC"),  # Cyrillic Ze and the digit three
        ("МТ-ЛБ", "MT-ЛБ"),
    ],
)
def test_ways_to_write_one_name_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("S-300", "C-300"), ("БМП-1", "БМП-2"), ("9A82", "9A83"), ("Бал", "Бук")]
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_indexes_are_written_as_in_russian_documents() -> None:
    assert cyrillic_index("Object 188A") == "объект 188а"
    assert cyrillic_index("9P140") == "9п140"
    assert name_key(cyrillic_index("9P140")) == name_key("9П140")
