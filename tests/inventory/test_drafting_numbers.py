import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.inventory.drafting.numbers import numbers
from marchpast.inventory.drafting.words import plain

WRITTEN = {
    "более 50 единиц": "at least 50",
    "свыше 1\u2009500 военнослужащих": "at least 1500",
    "1\u00a0500": "1500",
    "1\u202f500": "1500",
    "1,500 troops": "1500",
    "полутора тысяч": "1500",
    "около 1,5 тыс. человек": "about 1500",
    "2 тыс. 500": "2500",
    "2 тысячи 300": "2300",
    "тысяча двести": "1200",
    "не менее пятидесяти двух": "at least 52",
    "не более девяноста": "at most 90",
    "до 90 ед.": "at most 90",
    "порядка сорока": "about 40",
    "около сотни": "about 100",
    "двух десятков": "20",
    "50-ти единиц": "50",
    "50+ vehicles": "at least 50",
    "57 и более": "at least 57",
    "50 or more": "at least 50",
    "no fewer than fifty-two": "at least 52",
    "not less than 50": "at least 50",
    "some 90": "about 90",
    "up to ninety": "at most 90",
    "two dozen": "24",
    "one hundred and fifty-two": "152",
    "two thousand three hundred": "2300",
    "от 40 до 60": "at most 60",
    "between 40 and 60": "at most 60",
    "50–60": "at most 60",
    "50-60": "at most 60",
}


@pytest.mark.parametrize(("text", "amount"), WRITTEN.items(), ids=WRITTEN)
def test_a_number_is_read_with_how_it_is_meant(text: str, amount: str) -> None:
    assert [str(number.amount) for number in numbers(plain(text))] == [amount]


@pytest.mark.parametrize("text", ["десятки машин", "hundreds of tanks", "several hundred", "1,5"])
def test_what_is_no_certain_number_has_no_amount(text: str) -> None:
    (number,) = numbers(plain(text))
    assert number.amount is None


@pytest.mark.parametrize(
    "text", ["", "танки", "eight-wheeled", "Т-34", "BTR-80", "сторона", "7.62"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert [number.amount for number in numbers(plain(text)) if number.amount] == []


def test_several_numbers_keep_apart() -> None:
    text = "20, 30 и 40; пять танков и двадцать один БТР"
    assert [n.amount.value for n in numbers(plain(text)) if n.amount] == [20, 30, 40, 5, 21]


@settings(deadline=None)
@given(st.integers(0, 99_999))
def test_digits_say_what_they_say_in_every_grouping(value: int) -> None:
    grouped = f"{value:,}"
    for text in (str(value), grouped, grouped.replace(",", "\u2009"), grouped.replace(",", " ")):
        (number,) = numbers(f"около {text} машин")
        assert str(number.amount) == f"about {value}"
        assert number.end == len(f"около {text}")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_spans_are_in_order_and_inside(text: str) -> None:
    end = 0
    for number in numbers(plain(text)):
        assert end <= number.start < number.end <= len(text)
        end = number.end
