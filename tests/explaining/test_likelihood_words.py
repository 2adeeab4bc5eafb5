import pytest

from marchpast.explaining import likelihood_words, percent_range, range_words

# The upper row of the table of ICD 203, with a probability inside each range.
TABLE = {
    "almost no chance": (0.0, 0.01, 0.049),
    "very unlikely": (0.05, 0.1, 0.199),
    "unlikely": (0.2, 0.3, 0.449),
    "roughly even chance": (0.45, 0.5, 0.55),
    "likely": (0.551, 0.7, 0.8),
    "very likely": (0.801, 0.9, 0.95),
    "almost certain": (0.951, 0.99, 1.0),
}


@pytest.mark.parametrize("words", TABLE)
def test_every_probability_has_its_words(words: str) -> None:
    assert {likelihood_words(probability) for probability in TABLE[words]} == {words}


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        likelihood_words(probability)


def test_a_range_has_the_words_of_its_ends() -> None:
    assert range_words(0.56, 0.79) == "likely"
    assert range_words(0.03, 0.97) == "almost no chance to almost certain"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.0, 1.0, "under 1 to over 99 %"),
        (0.142, 0.149, "14 to 15 %"),
        (0.14, 0.14, "14 %"),
        (0.0, 0.0049, "under 1 %"),
        (0.9951, 1.0, "over 99 %"),
        (0.07, 0.58, "7 to 58 %"),
        (0.29, 0.57, "29 to 57 %"),
    ],
)
def test_per_cent_are_rounded_outwards_and_never_0_or_100(
    low: float, high: float, shown: str
) -> None:
    assert percent_range(low, high) == shown
