import itertools
import re
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.errors import TaxonomyError
from marchpast.taxonomy import Alias, Node, Taxonomy, load_taxonomy, name_key
from marchpast.taxonomy.inflection import inflected
from marchpast.taxonomy.parsing import parse_taxonomy
from marchpast.taxonomy.vocabulary import Vocabulary, spellings_of
from marchpast.taxonomy.wording import Designator, SharedSpelling, Wording

TAXONOMY = load_taxonomy()
VOCABULARY = Vocabulary(
    {id_: TAXONOMY.node(id_) for id_ in TAXONOMY.nodes},
    parse_taxonomy((resources.files("marchpast.taxonomy") / "data" / "taxonomy.yaml").read_bytes())[
        2
    ],
)
SPELLINGS = [
    (spelling, id_) for id_ in TAXONOMY.nodes for spelling in spellings_of(TAXONOMY.node(id_))
]
DASHES = ["", "-", "‐", "‑", "–", "—", "−", " ", " "]
LATIN, CYRILLIC = "ABEKMHOPCTXabekmhopctx", "АВЕКМНОРСТХавекмнорстх"
ALPHABETS = [{}, str.maketrans(LATIN, CYRILLIC), str.maketrans(CYRILLIC, LATIN)]


def test_every_alias_of_every_node_leads_back_to_it() -> None:
    assert len(SPELLINGS) > 1000
    assert {(s, TAXONOMY.find(s).id) for s, _ in SPELLINGS} == set(SPELLINGS)


def test_no_key_belongs_to_two_nodes() -> None:
    owners: dict[str, set[str]] = {}
    for spelling, id_ in SPELLINGS:
        owners.setdefault(name_key(spelling), set()).add(id_)
    assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_no_alias_carries_a_comment() -> None:
    texts = [alias.text for id_ in TAXONOMY.nodes for alias in TAXONOMY.node(id_).aliases]
    assert not [t for t in texts if set(t) & set("()[]?,;:") or " is " in t or "unsure" in t]


@given(
    st.sampled_from(SPELLINGS),
    st.lists(st.sampled_from(DASHES), min_size=40, max_size=40),
    st.lists(st.booleans(), min_size=80, max_size=80),
    st.sampled_from(["{}", "«{}»", "“{}”", " {} ", "'{}'"]),
    st.sampled_from(ALPHABETS),
)
@settings(deadline=None)
def test_case_dashes_spaces_quotes_and_lookalike_letters_do_not_matter(
    entry: tuple[str, str],
    dashes: list[str],
    is_upper: list[bool],
    quotes: str,
    alphabet: dict[int, int],
) -> None:
    spelling, id_ = entry
    separators = iter(dashes)
    written = "".join(next(separators, "-") if c in "- " else c for c in spelling)
    written = "".join(
        c.upper() if up else c.lower()
        for c, up in itertools.zip_longest(written, is_upper[: len(written)])
    )
    written = written.translate(alphabet)
    assert TAXONOMY.find(quotes.format(written)).id == id_


@pytest.mark.parametrize(
    ("spelling", "id_"),
    [
        ("Оса", "osa"),
        ("SA-8 Gecko", "osa"),
        ("9К33М3", "osa"),
        ("9К33 «Оса»", "osa"),
        ("ЗРК «Оса-АКМ»", "osa"),
        ("зенитный ракетный комплекс «Оса»", "osa"),
        ("C-400", "s400"),
        ("5П85С", "s300ps_pm"),
        ("51P6", "s400"),
        ("92N6A", "ad_radar_cp"),
        ("Pantsir-C1", "pantsir_s1"),
        ("Carapace-C1", "pantsir_s1"),
        ("Beech", "buk"),
        ("Carnation", "gvozdika"),
        ("Ball", "bal"),
        ("TOP-M2", "tor"),
        ("БТР", "btr_8x8"),
        ("танк", "tank"),
        ("MLRS", "mlrs"),
        ("С-300", "s300_family"),
        ("S-300PM", "s300ps_pm"),
        ("S-300V4", "s300v"),
        ("S-300/S-400", "sam_long"),
        ("БТР «Бумеранг»", "bumerang"),
        ("БМП «Курганец-25»", "kurganets25"),
        ("танк Т-14 «Армата»", "t14"),
        ("Armata T-15", "t15"),
        ("KamAZ Typhoon", "typhoon_k"),
        ("Ural Typhoon", "typhoon_u"),
        ("РСЗО Торнадо-Г", "bm21_grad"),
        ("самоходная гаубица 2С19 «Мста-С»", "msta_s"),
        ("гаубица Мста-Б", "towed_guns"),
        ("SS-27", "icbm"),
        ("SS-27 Yars", "yars"),
        ("Бастион launcher", "bastion_p"),
        ("S-300 missile launcher", "s300_family"),  # not the launcher of a missile_tel
        ("M1975 mortar system", "tyulpan"),  # not M1975, which is Malka, and a mortar
        ("tank tank", "tank"),
        ("BTR vehicle", "btr_8x8"),  # nothing beside it that could differ
        ("Панцирей-С1", "pantsir_s1"),
        ("Ос", "osa"),
        ("Осою", "osa"),
        ("боевых машин поддержки танков", "tank_support"),
        ("установок «Град»", "bm21_grad"),
        ("тридцатьчетвёрками", "t34_85"),
        ("зенітних ракетних комплексів «Оса»", "osa"),
        ("Панцирів-С1", "pantsir_s1"),
        ("Бастіону", "bastion_p"),
        ("РСЗВ «Град»", "bm21_grad"),
        ("T-72s", "t72_family"),
        ("S-300s", "s300_family"),
        ("BMP-2's", "bmp2"),
        ("Uranium-9", "uran"),
        ("Shell-S1", "pantsir_s1"),
        ("Blazing Sun", "tos1a"),
        ("бронетранспортёр БТР", "btr_8x8"),
        ("бронемашина «Тигр»", "tigr"),
    ],
)
def test_people_write_names_like_this(spelling: str, id_: str) -> None:
    assert TAXONOMY.find(spelling).id == id_


@pytest.mark.parametrize(
    ("id_", "spellings"),
    [
        ("pantsir_s1", "Pantsir-S1 Pantzyr-S1 Pancyr-S1 Panzir-S1 Pancir'-S1 Pantsyr Panzir-C1"),
        ("gvozdika", "Gvozdika Gwozdika Gwosdika Gvozdyka Hvozdyka"),
        ("tyulpan", "Tyulpan Tjulpan Tiulpan Tulpan Tioulpan Tyul'pan"),
        ("tos1a", "Solntsepek Solntsepyok Solncepëk Solnzepjok Solntsepiok"),
        ("smerch_tornado_s", "Smerch Smertsch Smerč Smercz Smertch Tornado-S"),
        ("akatsiya", "Akatsiya Akacija Akazija Akatsia Akacia"),
        ("khrizantema_s", "Khrizantema-S Hrizantema-S Chrisantema-S Xrizantema-S"),
        ("uragan", "Uragan Ouragan Urahan"),
        ("msta_s", "Msta-S MSTA-S"),
        ("bm21_grad", "Grad Tornado-G Hrad"),
        ("bastion_p", "Bastion-P Bastion"),
        ("kurganets25", "Kurganets-25 Kurganec-25 Kurganez"),
        ("s350", "Vityaz Vitjaz Witjas Vitiaz"),
        ("buk", "Buk Bouk"),
        ("yars", "Yars Jars Iars"),
    ],
)
def test_every_system_of_transliteration_leads_to_the_name(id_: str, spellings: str) -> None:
    assert {s: TAXONOMY.find(s).id for s in spellings.split()} == dict.fromkeys(
        spellings.split(), id_
    )


def test_no_form_of_a_name_leads_to_another_vehicle() -> None:
    wrong = {}
    for spelling, id_ in SPELLINGS:
        for word in re.findall(r"[^\W_]+", spelling):
            for form in inflected(word):
                written = spelling.replace(word, form, 1)
                if (found := TAXONOMY.find(written).id) != id_:
                    wrong[written] = (id_, found)
    assert wrong == {}


def test_no_transliteration_belongs_to_two_nodes_undeclared() -> None:
    declared = {nodes for nodes in VOCABULARY.named.values() if len(nodes) > 1}
    transliterated = VOCABULARY.transliterated
    assert len(transliterated) > 3000
    assert {ids for ids in transliterated.values() if len(ids) > 1} <= declared
    assert not transliterated.keys() & VOCABULARY.named.keys()


@pytest.mark.parametrize(
    ("spelling", "candidates"),
    [
        ("Ural", ["ural_4320", "typhoon_u", "vpk_ural", "patrul"]),
        ("«Армата»", ["t14", "t15"]),
        ("Shell", ["pantsir_s1", "btr_mdm"]),
        ("РСЗО «Торнадо»", ["bm21_grad", "smerch_tornado_s"]),
        ("Торнадо", ["bm21_grad", "smerch_tornado_s"]),
        ("Tayfun", ["typhoon_k", "typhoon_u"]),
        ("Тайфуны", ["typhoon_k", "typhoon_u"]),
    ],
)
def test_a_name_of_several_vehicles_lists_them(spelling: str, candidates: list[str]) -> None:
    with pytest.raises(TaxonomyError, match="names several vehicles; write one of") as raised:
        TAXONOMY.find(spelling)
    assert all(f"{id_} (" in str(raised.value) for id_ in candidates)


@pytest.mark.parametrize(
    ("spelling", "nearest"),
    [
        ("Gekko", "nearest known names: 'Gecko' (osa)"),
        ("Искандерр", "'Искандер' (iskander_m)"),
        ("ЗРК Осса", "'Оса' (osa)"),
        ("танк Бал", "'Бал' (bal)"),  # Bal is no tank
        ("Bal Bastion", "'Bastion' (bastion_p)"),  # two vehicles are not one
        ("Zzyzxq", "nothing known is near it"),
        ("launcher of", "nearest known names: "),
        ("Panzer", "nothing known is near it"),
        ("Osam", "'Osa' (osa)"),
    ],
)
def test_an_unknown_name_lists_near_ones(spelling: str, nearest: str) -> None:
    with pytest.raises(TaxonomyError, match="no vehicle is called") as raised:
        TAXONOMY.find(spelling)
    assert nearest in str(raised.value)
    assert str(raised.value).count("(") <= 3 + spelling.count("(")


@pytest.mark.parametrize("spelling", ["", "  ", "«»", "-", "x" * 201])
def test_what_cannot_be_a_name_is_refused(spelling: str) -> None:
    with pytest.raises(TaxonomyError, match="a vehicle name needs 1 to 200 characters"):
        TAXONOMY.find(spelling)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_a_node_or_a_taxonomy_error(text: str) -> None:
    try:
        node = TAXONOMY.find(text)
    except TaxonomyError as error:
        assert "\n" not in str(error)
    else:
        assert node.id in TAXONOMY.nodes


def _world(*names: str, wording: Wording | None = None) -> Taxonomy:
    root = Node("vehicle", None, "vehicle", "vehicle", "class")
    types = [
        Node(name, "vehicle", name, name, "type", aliases=(Alias("Q-1", "ru"),)) for name in names
    ]
    return Taxonomy([root, *types], wording=wording)


def test_an_undeclared_collision_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="'Q-1' names one and two; declare it as ambiguous"):
        _world("one", "two")


def test_a_shared_spelling_must_not_be_an_alias_too() -> None:
    shared = SharedSpelling(("Q1",), ("vehicle", "one"))
    with pytest.raises(TaxonomyError, match="'Q-1' names vehicle, one and one"):
        _world("one", wording=Wording(shared=(shared,)))


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="a name of vehicle has no letter or digit: '—'"):
        Taxonomy([Node("vehicle", None, "vehicle", "—", "class")])


def test_a_designator_and_ignored_words_only_count_beside_a_name() -> None:
    wording = Wording(designators=(Designator(("kit",), ("one",)),), ignored_words=("old",))
    world = _world("one", wording=wording)
    assert world.find("old kit Q-1").id == "one"
    assert world.find("old Q-1").id == "one"
    for alone in ("kit", "old"):
        with pytest.raises(TaxonomyError, match="no vehicle is called"):
            world.find(alone)
