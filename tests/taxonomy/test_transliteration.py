import unicodedata

import pytest

from marchpast.taxonomy.transliteration import latin_spellings, without_marks


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Гвоздика", {"gvozdika", "gwozdika", "gwosdika"}),
        ("Тюльпан", {"tyulpan", "tjulpan", "tiulpan", "tulpan", "tioulpan"}),
        ("Мста-С", {"msta-s", "msta-c"}),
        ("Бастион-П", {"bastion-p", "bastion-п"}),
        ("Торнадо-Г", {"tornado-g"}),
        ("ЗРК", {"zrk"}),
    ],
)
def test_a_name_is_written_by_every_system(name: str, spellings: set[str]) -> None:
    found = list(latin_spellings(name))
    assert spellings <= set(found)
    assert len(set(found)) == len(found)


def test_only_ukrainian_has_an_h_for_its_g() -> None:
    assert "hrad" not in set(latin_spellings("Град"))
    assert "hrad" in set(latin_spellings("Град", is_ukrainian=True))


@pytest.mark.parametrize("name", ["С-300", "9К33", "К-16", "x" * 41])
def test_an_index_is_not_transliterated(name: str) -> None:
    assert list(latin_spellings(name)) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_letters_are_the_same(form: str) -> None:
    name = unicodedata.normalize(form, "Тайфун")  # type: ignore[arg-type]
    assert "taifun" in set(latin_spellings(name))


def test_marks_go_from_latin_letters_only() -> None:
    assert without_marks("solncepëkž") == "solncepekz"
    assert without_marks("йё") == "йё"
