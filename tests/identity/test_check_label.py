"""Names that others gave: the cases of real fact-checks, by what was visible there."""

from __future__ import annotations

import dataclasses

import pytest

from marchpast.errors import TaxonomyError
from marchpast.identity import LabelCheck, check_label, parse_attribute
from marchpast.records import AnswerSet, Candidate, Identity, SeenAttribute
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
LEARNT = frozenset(
    {"osa", "tor", "buk", "s300ps_pm", "s400", "btr80", "btr82a", "bm21_grad", "tank", "yars"}
    | {"bastion_p", "bal", "iskander_m", "towed_guns", "sp_gun", "civilian_vehicle", "background"}
)
WEAK = frozenset({"bastion_p", "iskander_m", "s400"})


def answer(*nodes: str, rate: float = 0.9, likely: tuple[str, ...] = ()) -> Identity:
    """An identity whose set is these nodes."""
    return Identity(
        node=nodes[0] if nodes else "unknown",
        level=TAXONOMY.level(nodes[0]) if nodes else "unknown",
        probability=0.9,
        reason="the reason of the single answer",
        candidates=tuple(Candidate(node, 0.3) for node in likely),
        answer=AnswerSet(nodes, 0.95, rate, "nothing known fits" if not nodes else "why"),
    )


def check(identity: Identity, label: str, *seen: str) -> LabelCheck:
    words = [parse_attribute(text) for text in seen]
    return check_label(identity, label, TAXONOMY, seen=words, learnt=LEARNT, weakly_learnt=WEAK)


def test_vyborg_2022_a_bastion_called_iskander() -> None:
    """The models leave the shared chassis open; the overhang that an expert saw decides."""
    shared_chassis = answer("bastion_p", "bal", "iskander_m", likely=("bastion_p",))
    found = check(shared_chassis, "Искандер")
    assert (found.verdict, found.basis) == ("possible", "answer")
    assert "longer rear overhang" in found.tell
    found = check(shared_chassis, "Iskander-M", "overhang=long")
    assert (found.verdict, found.basis) == ("excluded", "seen")
    assert "long rear overhang" in found.reason
    assert "smoother body" in found.tell
    assert check(shared_chassis, "Bastion", "overhang=long").verdict == "possible"


def test_vyborg_2022_a_look_alike_learnt_from_drawings_is_not_excluded_by_an_answer() -> None:
    found = check(answer("bastion_p"), "Iskander")
    assert (found.verdict, found.basis) == ("undecidable", "nothing")
    assert "few photos" in found.reason
    assert "overhang" in found.tell


def test_s400_failure_2020_a_bonneted_tractor_is_no_s400() -> None:
    launchers = answer("s300_family", "s400")
    assert check(launchers, "С-400").verdict == "possible"
    found = check(launchers, "С-400", "cab=bonnet")
    assert (found.verdict, found.basis) == ("excluded", "seen")
    assert "flat-nosed" in found.reason
    assert "BAZ" in found.tell
    assert check(launchers, "S-300PMU-2", "cab=bonnet").verdict == "possible"
    # A flat nose leaves both.
    assert check(launchers, "С-400", "cab=flat").verdict == "possible"
    assert check(launchers, "С-300", "cab=flat").verdict == "possible"


@pytest.mark.parametrize(
    "what", ["canisters=6", "axle_groups=even", "turret=yes", "canisters=5+", "drive=tracks"]
)
def test_vladivostok_2017_what_is_seen_of_an_osa_is_no_s400(what: str) -> None:
    found = check(answer("air_defence"), "S-400", what)
    assert (found.verdict, found.basis) == ("excluded", "seen")
    assert found.tell


def test_vladivostok_2017_three_axles_alone_leave_an_s400() -> None:
    """Its tractor has three as well."""
    assert check(answer("air_defence"), "S-400", "axles=3").verdict == "undecidable"


def test_vladivostok_2017_the_four_labels_of_one_convoy() -> None:
    seen = answer("osa", likely=("osa",))
    assert check(seen, "S-400").verdict == "excluded"
    assert "evenly spaced" in check(seen, "S-400").tell
    assert check(seen, "Tor").verdict == "excluded"
    assert check(seen, "artillery").verdict == "undecidable"
    found = check(seen, "surface-to-air missile system")
    assert (found.verdict, found.basis) == ("possible", "answer")
    assert check(seen, "Оса").verdict == "possible"


def test_an_answer_excludes_only_what_was_learnt() -> None:
    """Tochka-U has the hull of an Osa: the models would call it one."""
    found = check(answer("osa"), "Tochka-U")
    assert (found.verdict, found.basis) == ("undecidable", "nothing")
    assert "never learnt 9K79-1 Tochka-U" in found.reason
    assert "turret" in found.tell
    assert check(answer("osa"), "Tochka-U", "turret=yes").verdict == "excluded"
    unknown = check_label(answer("osa"), "S-400", TAXONOMY)
    assert (unknown.verdict, unknown.basis) == ("undecidable", "nothing")


def test_a_kind_never_learnt_is_excluded_by_an_attribute() -> None:
    """S-300V was not learnt, but it has tracks; without it, S-300 is not excluded."""
    assert check(answer("osa"), "S-300").verdict == "undecidable"
    assert check(answer("osa"), "S-300", "drive=wheels").verdict == "excluded"
    sees_wheels = sees(answer("osa"), "wheels", 0.99)
    found = check(sees_wheels, "S-300")
    assert (found.verdict, found.basis) == ("excluded", "answer")


def test_a_group_learnt_as_a_whole_covers_its_types() -> None:
    assert check(answer("osa"), "Coalition-SV").verdict == "excluded"


@pytest.mark.parametrize(
    ("nodes", "label", "verdict"),
    [
        (("military_vehicle",), "Osa", "undecidable"),
        (("air_defence",), "Osa", "undecidable"),
        (("sam_long",), "S-400", "possible"),
        (("btr_8x8",), "BTR-80", "possible"),
        (("osa", "tank"), "Osa", "possible"),
        (("osa", "buk"), "air defence", "possible"),
        (("tank",), "Osa", "excluded"),
        (("civilian_vehicle",), "Osa", "excluded"),
        (("osa",), "civilian vehicle", "excluded"),
        (("osa",), "92N6A", "undecidable"),
        ((), "Osa", "undecidable"),
    ],
)
def test_verdicts(nodes: tuple[str, ...], label: str, verdict: str) -> None:
    found = check(answer(*nodes), label)
    assert found.verdict == verdict
    assert (found.basis == "nothing") == (verdict == "undecidable")


def test_nothing_known_fits() -> None:
    assert "nothing known fits" in check(answer(), "Osa").reason


def test_the_single_answer_counts_where_a_card_calibrates_no_sets() -> None:
    single = Identity("osa", "type", 0.97, "clear", ())
    found = check(single, "S-400")
    assert (found.verdict, "0.97" in found.reason) == ("excluded", True)
    for node in ("unknown", "background"):
        nothing = Identity(node, "unknown", 0.5, "not even a vehicle is certain", ())
        assert "not even a vehicle" in check(nothing, "S-400").reason


def test_the_rate_of_the_set_is_stated() -> None:
    assert "95% of cases" in check(answer("osa", rate=0.95), "S-400").reason


def test_a_person_against_the_models_is_a_conflict_and_decides_nothing() -> None:
    found = check(answer("osa"), "Tor", "drive=tracks")
    assert found.verdict == "undecidable"
    assert found.conflicts == ("a person saw tracks, but 9K33 Osa has wheels",)
    assert check(answer("osa"), "Osa", "drive=tracks").verdict == "excluded"


def test_a_persons_word_narrows_the_answer() -> None:
    found = check(answer("osa", "tor"), "Osa", "drive=wheels")
    assert "leaves 9K33 Osa (" in found.reason
    assert check(answer("osa", "tor"), "Buk", "drive=tracks").verdict == "excluded"


def sees(identity: Identity, value: str, probability: float) -> Identity:
    told = SeenAttribute("drive", value, "model", probability)
    return dataclasses.replace(identity, attributes=(told,))


def test_an_attribute_that_the_models_are_sure_of_excludes_what_a_wide_answer_leaves() -> None:
    wide = sees(answer("military_vehicle"), "tracks", 0.97)
    found = check(wide, "S-400")
    assert (found.verdict, found.basis) == ("excluded", "answer")
    assert found.reason == "the classifier sees tracks (0.97), but S-400 Triumf has wheels"
    assert check(wide, "Tor").verdict == "undecidable"
    assert check(sees(answer(), "tracks", 0.97), "S-400").verdict == "excluded"
    both = check(sees(answer("tank"), "tracks", 0.97), "S-400")
    assert both.reason.endswith("not among them; " + found.reason)
    assert both.conflicts == ()
    less_sure = sees(answer("military_vehicle"), "tracks", 0.9)
    assert check(less_sure, "S-400").verdict == "undecidable"
    # A person saw otherwise.
    assert check(wide, "S-400", "drive=wheels").verdict == "undecidable"
    assert check(wide, "S-400", "axles=4").verdict == "undecidable"
    assert check(wide, "S-400", "radar=yes").verdict == "excluded"


def test_a_sure_attribute_against_the_models_own_answer_is_a_conflict() -> None:
    found = check(sees(answer("osa"), "tracks", 0.97), "Osa")
    assert found.verdict == "possible"
    assert found.conflicts == ("the classifier sees tracks (0.97), but 9K33 Osa has wheels",)


def test_attributes_of_what_is_no_vehicle_say_nothing() -> None:
    nothing = Identity("background", "unknown", 0.9, "the crops look like no vehicle", ())
    assert check(sees(nothing, "tracks", 0.99), "S-400").verdict == "undecidable"


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(TaxonomyError):
        check(answer("osa"), "Flying Dutchman")
