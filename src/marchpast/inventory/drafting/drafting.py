"""From the text of an announcement to a draft: every sentence placed or listed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from marchpast.errors import InventoryError
from marchpast.inventory.announced import Amount, Figures
from marchpast.inventory.drafting.dates import days, iso, year_of_anniversary, years
from marchpast.inventory.drafting.reading import About, Said, places_in, read_sentence
from marchpast.inventory.drafting.sentences import as_read, sentences
from marchpast.inventory.drafting.words import lexicon, plain
from marchpast.taxonomy import Taxonomy, load_taxonomy

MAX_CHARACTERS = 30_000
MAX_SENTENCES = 1_000
_VICTORY_DAY = (5, 9)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A kind of vehicle that a text names.

    Attributes:
        node: Taxonomy id.
        amount: `None` when the text gives no number.
        written: The words it was read from.
        sentence: Which sentence, from 1.
    """

    node: str
    amount: Amount | None
    written: str
    sentence: int


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence of the text.

    Attributes:
        text: As it stands, with the white space behind it.
        gave: What was read from it: names of figures, `place`, `date`, node ids.
        unplaced: Names and numbers in it that went nowhere, each with the reason.
    """

    text: str
    gave: tuple[str, ...]
    unplaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read from a text, for a person to confirm.

    Attributes:
        place: `None` when no known place is named.
        date: ISO date of the event, `None` when it is not said.
        figures: The numbers that are not about a kind of vehicle.
        lines: The kinds, in the order of the text, none twice.
        is_partial: Whether kinds that are not named may take part.
        why_partial: What decided it.
        sentences: The whole text: put together it is the text again, its letters composed (NFC)
            and without soft hyphens and other invisible break signs.
    """

    place: str | None
    date: str | None
    figures: Figures
    lines: tuple[DraftLine, ...]
    is_partial: bool
    why_partial: str
    sentences: tuple[DraftSentence, ...]


class _Placed:
    """What is placed so far, sentence after sentence; the first statement holds."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.figures: dict[str, Amount] = {}
        self.lines: dict[str, DraftLine] = {}
        self._taxonomy = taxonomy

    def add(self, said: Said, sentence: int) -> tuple[list[str], list[str]]:
        """Place what a sentence says; return what it gave and what was left over."""
        gave, left = [], list(said.unplaced)
        for name, amount, written in said.figures:
            first = self.figures.setdefault(name, amount)
            if first == amount:
                gave.append(name)
            else:
                left.append(f"{written}: another {name} than {first}, which was placed")
        for node, count, written in said.lines:
            first_line = self.lines.get(node)
            if first_line is None or (first_line.amount is None and count is not None):
                self.lines[node] = DraftLine(node, count, written, sentence)
            elif count is not None and first_line.amount != count:
                left.append(f"{written}: {count}, another number than {first_line.amount}")
            gave.append(node)
        return list(dict.fromkeys(gave)), list(dict.fromkeys(left))


def draft_inventory(text: str, *, taxonomy: Taxonomy | None = None) -> Draft:
    """Read the text of an announcement, Russian or English.

    The rules prefer leaving something to the person over guessing: a number that may count two
    things, a name of several vehicles, whatever is said of another place, another year or a
    rehearsal is listed with its sentence and not placed. Vehicles are found by
    `Taxonomy.find_all`.

    Args:
        text: The announcement alone; up to 30,000 characters and 1,000 sentences.
        taxonomy: Where vehicle names are looked up, the package's when `None`.

    Raises:
        InventoryError: If the text is empty or longer.
    """
    taxonomy = taxonomy or load_taxonomy()
    text = as_read(text)
    cut = sentences(text[: MAX_CHARACTERS + 1])
    if not text.strip() or len(text) > MAX_CHARACTERS or len(cut) > MAX_SENTENCES:
        raise InventoryError(
            f"an announcement has 1 to {MAX_CHARACTERS} characters in up to {MAX_SENTENCES} "
            f"sentences, got {len(text)} characters in {len(cut)}; give the announcement alone"
        )
    place, place_at = _place(cut)
    date, year, date_at = _date(cut)
    placed, read, all_said = _Placed(taxonomy), [], []
    for number, sentence in enumerate(cut, start=1):
        said = read_sentence(sentence, taxonomy, About(place, year))
        gave, unplaced = placed.add(said, number)
        gave = ["place"] * (number == place_at) + ["date"] * (number == date_at) + gave
        read.append(DraftSentence(sentence, tuple(gave), tuple(unplaced)))
        all_said.append(said)
    _announce_nothing(placed, all_said, read)
    is_partial, why = _partial(placed, all_said)
    return Draft(
        place=place,
        date=date,
        figures=Figures(**placed.figures),
        lines=tuple(placed.lines.values()),
        is_partial=is_partial,
        why_partial=why,
        sentences=tuple(read),
    )


def _place(cut: tuple[str, ...]) -> tuple[str | None, int]:
    """Return the place a sentence about the parade names first, or any, and which sentence."""
    named = [(number, text) for number, text in enumerate(cut, start=1) if places_in(text)]
    about_parade = [each for each in named if lexicon().parade.search(plain(each[1]))]
    for number, text in about_parade or named:
        places = places_in(text)
        return min(places, key=lambda name: places[name]), number
    return None, 0


def _date(cut: tuple[str, ...]) -> tuple[str | None, int | None, int]:
    """Return date and year of the event and the sentence that names the day."""
    small = [plain(text) for text in cut]
    stated = frozenset().union(*map(years, small))
    counted = next(filter(None, map(year_of_anniversary, small)), None)
    year = counted or (min(stated) if len(stated) == 1 else None)
    named = [(day, number, text) for number, text in enumerate(small, 1) for day in days(text)]
    fitting = [
        (day, number)
        for day, number, text in named
        if (day.month, day.day) == _VICTORY_DAY or lexicon().parade.search(text)
    ]
    fitting.sort(key=lambda each: (each[0].month, each[0].day) != _VICTORY_DAY)
    for day, number in fitting:
        if (of_year := day.year or year) and (date := iso(of_year, day.month, day.day)):
            return date, of_year, number
    return None, year, 0


def _announce_nothing(placed: _Placed, said: list[Said], read: list[DraftSentence]) -> None:
    """Make the total 0 where the text says that no equipment takes part and nothing else."""
    numbers = [at for at, each in enumerate(said) if each.is_without_equipment]
    if not numbers:
        return
    is_nothing = not placed.lines and "total" not in placed.figures
    if is_nothing:
        placed.figures["total"] = Amount(0, "exact")
    for at in numbers:
        sentence = read[at]
        note = "the sentence seems to say that no equipment takes part, others name some"
        gave = ("total", *sentence.gave) if is_nothing else sentence.gave
        unplaced = sentence.unplaced if is_nothing else (*sentence.unplaced, note)
        read[at] = DraftSentence(sentence.text, gave, unplaced)


def _partial(placed: _Placed, said: list[Said]) -> tuple[bool, str]:
    """Decide whether kinds that the text does not name may take part."""
    total = placed.figures.get("total")
    amounts = [line.amount for line in placed.lines.values()]
    if total == Amount(0, "exact"):
        return False, "the text says that no equipment takes part"
    if any(each.has_partial for each in said):
        return True, 'the text says "including" or the like'
    if placed.lines and any(each.has_complete for each in said):
        return False, "the text says that its list is complete"
    exact = [amount for amount in amounts if amount and amount.qualifier == "exact"]
    is_counted = bool(exact) and len(exact) == len(amounts)
    if is_counted and Amount(sum(amount.value for amount in exact), "exact") == total:
        return False, "the numbers of the kinds add up to the total"
    return True, "the text does not say that it names every kind"


def name_of(draft: Draft) -> str:
    """Return a short name for a draft: `vladivostok-2017`, or `draft` where nothing is known."""
    place = re.sub(r"[^a-z]+", "-", (draft.place or "draft").lower())
    return f"{place}-{draft.date[:4]}" if draft.date else place
