"""Names in running text: what is found, where it begins and ends, and how sure it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
NAMES = [
    (text, id_)
    for id_ in TAXONOMY.nodes
    for node in [TAXONOMY.node(id_)]
    for text in (node.name, node.name_ru, node.name_uk, *(alias.text for alias in node.aliases))
]


def read(text: str) -> list[tuple[str, str, str]]:
    found = TAXONOMY.find_all(text)
    return [(name.text, "/".join(name.nodes), name.certainty) for name in found]


CASES = {
    # A class word and the name it belongs to are one; a list shares its class word.
    "Пройдут ЗРК «Оса-АКМ», РСЗО «Град», «Ураган» и «Смерч».": [
        ("ЗРК «Оса-АКМ»", "osa", "certain"),
        ("РСЗО «Град»", "bm21_grad", "certain"),
        ("Ураган", "uragan", "certain"),
        ("Смерч", "smerch_tornado_s", "certain"),
    ],
    "береговые ракетные комплексы «Бал» и «Бастион»": [
        ("береговые ракетные комплексы «Бал»", "bal", "certain"),
        ("Бастион", "bastion_p", "certain"),
    ],
    "боевых машин поддержки танков «Терминатор» и танков Т-14 «Армата»": [
        ("боевых машин поддержки танков «Терминатор»", "bmpt", "certain"),
        ("танков Т-14 «Армата»", "t14", "certain"),
    ],
    "10 T-72s, BM-21 Grads, six BMP-2s, BTRs and Gwozdika howitzers": [
        ("T-72s", "t72_family", "certain"),
        ("BM-21 Grads", "bm21_grad", "certain"),
        ("BMP-2s", "bmp2", "certain"),
        ("BTRs", "btr_8x8", "certain"),
        ("Gwozdika howitzers", "gvozdika", "certain"),
    ],
    # A bracket is joined only where it holds the same vehicle once more.
    "9К33 «Оса» (SA-8 Gecko), системы ПВО (С-400, «Тор»)": [
        ("9К33 «Оса» (SA-8 Gecko)", "osa", "certain"),
        ("системы ПВО", "air_defence", "certain"),
        ("С-400", "s400", "certain"),
        ("Тор", "tor", "certain"),
    ],
    # Cases of both languages; Ukrainian names.
    "колона Панцирів-С1, танків Т-90М та РСЗВ «Град»": [
        ("Панцирів-С1", "pantsir_s1", "certain"),
        ("танків Т-90М", "t90a_m", "certain"),
        ("РСЗВ «Град»", "bm21_grad", "certain"),
    ],
    "Искандеров-М, БТРов, тридцатьчетвёрок и боевых машин пехоты": [
        ("Искандеров-М", "iskander_m", "certain"),
        ("БТРов", "btr_8x8", "certain"),
        ("тридцатьчетвёрок", "t34_85", "certain"),
        ("боевых машин пехоты", "ifv", "certain"),
    ],
    # Machine translation.
    "Carapace-C1, Ball, Beech, Carnation and the C-300": [
        ("Carapace-C1", "pantsir_s1", "certain"),
        ("Ball", "bal", "likely"),
        ("Beech", "buk", "likely"),
        ("Carnation", "gvozdika", "likely"),
        ("C-300", "s300_family", "certain"),
    ],
    # A name of several vehicles is never settled silently; a word beside it may settle it.
    "«КамАЗ», бронеавтомобили «Тайфун», грузовики «Урал» и РСЗО «Торнадо»": [
        ("КамАЗ", "kamaz_truck/typhoon_k", "certain"),
        ("бронеавтомобили «Тайфун»", "typhoon_k/typhoon_u", "certain"),
        ("грузовики «Урал»", "ural_4320", "certain"),
        ("РСЗО «Торнадо»", "bm21_grad/smerch_tornado_s", "certain"),
    ],
    # Numbers that count, and numbers that belong to the name.
    "БТР 80 единиц, БТР-80 8 единиц, БТР — 82, БТР 82А, 8 Object 675 vehicles": [
        ("БТР", "btr_8x8", "certain"),
        ("БТР-80", "btr80", "certain"),
        ("БТР", "btr_8x8", "certain"),
        ("БТР 82А", "btr82a", "likely"),
        ("Object 675 vehicles", "bmp2", "certain"),
    ],
    # Prepositions and times are no names.
    "с 300 военнослужащими к 16 мая, к 17 часам, at 14:00 and at 5": [],
    "С 300 и ЗРС С 300, AT 5": [
        ("С 300", "s300_family", "doubtful"),
        ("ЗРС С 300", "s300_family", "certain"),
        ("AT 5", "konkurs_9p148", "doubtful"),
    ],
    "два С-300 в Приморье, С-300 ПМ2, Мста с расчётом": [
        ("С-300", "s300_family", "certain"),
        ("С-300 ПМ2", "s300ps_pm", "certain"),
        ("Мста", "msta_s/towed_guns", "likely"),
    ],
    "Hyacinths and assaults, Top commanders, TOP-M2": [
        ("Hyacinths", "giatsint_s/towed_guns", "doubtful"),
        ("TOP-M2", "tor", "certain"),
    ],
    # Ordinary words.
    "Выпал град, осы летают.": [("град", "bm21_grad", "doubtful"), ("осы", "osa", "doubtful")],
    "Град выпал. Проехали Грады.": [
        ("Град", "bm21_grad", "doubtful"),
        ("Грады", "bm21_grad", "doubtful"),
    ],
    "ВЫПАЛ ГРАД, ПРОШЛИ «ГРАДЫ» И С-400": [
        ("ГРАД", "bm21_grad", "doubtful"),
        ("ГРАДЫ", "bm21_grad", "certain"),
        ("С-400", "s400", "certain"),
    ],
    "Пройдут 12 Тигров. Тигры живут в тайге.": [
        ("Тигров", "tigr", "likely"),
        ("Тигры", "tigr", "doubtful"),
    ],
    "Осы, Грады и С-400": [
        ("Осы", "osa", "likely"),
        ("Грады", "bm21_grad", "likely"),
        ("С-400", "s400", "certain"),
    ],
    "Hail Hits Annual Victory Parade With Tiger And S-400": [
        ("Hail", "bm21_grad", "doubtful"),
        ("Tiger", "tigr", "likely"),  # listed with one that is certain
        ("S-400", "s400", "certain"),
    ],
    "«Тигр»": [("Тигр", "tigr", "likely")],
    "установки град": [("установки град", "bm21_grad", "doubtful")],
    "РСЗО град": [("РСЗО град", "bm21_grad", "likely")],
    "пусковая установка Бал": [("пусковая установка Бал", "bal", "likely")],
    "Sam saw SAM launchers and S-400": [
        ("Sam", "air_defence", "doubtful"),
        ("SAM launchers", "air_defence", "certain"),
        ("S-400", "s400", "certain"),
    ],
    # What stands beside a name may speak against it.
    "танк «Тигр», корвет «Град», клуб «Витязь», the Border Patrol": [
        ("танк", "tank", "certain"),
        ("Тигр", "tigr", "doubtful"),
        ("Град", "bm21_grad", "doubtful"),
        ("Витязь", "s350", "doubtful"),
        ("Patrol", "patrul", "doubtful"),
    ],
    "танк БМП-2": [("танк", "tank", "certain"), ("БМП-2", "bmp2", "likely")],
    "armored vehicles “Tiger”, Typhoon armored personnel carriers, бронетранспортёры БТР": [
        ("armored vehicles “Tiger”", "tigr", "certain"),
        ("Typhoon armored personnel carriers", "typhoon_k/typhoon_u", "certain"),
        ("бронетранспортёры БТР", "btr_8x8", "certain"),
    ],
    "anti-tank missiles, «Русские Витязи», парад С-400 на Урале": [("С-400", "s400", "certain")],
    "missile-gun complex “Pantsir-s” and anti-aircraft missile systems Tor": [
        ("missile-gun complex “Pantsir-s”", "pantsir_s1", "certain"),
        ("anti-aircraft missile systems Tor", "tor", "certain"),
    ],
    # A line break ends a name but for plain words; nothing is joined across a full stop or comma.
    "зенитный ракетный\nкомплекс, БТР\n80, Мста. С ними С-300, В4": [
        ("зенитный ракетный\nкомплекс", "air_defence", "certain"),
        ("БТР", "btr_8x8", "certain"),
        ("Мста", "msta_s/towed_guns", "likely"),
        ("С-300", "s300_family", "certain"),
    ],
    # How things are typed.
    "С—300, С – 300, С\u2011300, Пан\u00adцирь-С1, «Тай\u0438\u0306фун-К», 9К-33": [
        ("С—300", "s300_family", "certain"),
        ("С – 300", "s300_family", "certain"),
        ("С\u2011300", "s300_family", "certain"),
        ("Пан\u00adцирь-С1", "pantsir_s1", "certain"),
        ("9К-33", "osa", "certain"),
    ],
}


@pytest.mark.parametrize("text", CASES)
def test_names_in_a_text(text: str) -> None:
    assert read(text) == CASES[text]


def test_a_decomposed_letter_does_not_hide_a_name() -> None:
    assert read("«Таи\u0306фун-К»") == [("Таи\u0306фун-К", "typhoon_k", "certain")]


@pytest.mark.parametrize("carrier", ["Прошли «{}» и С-400.", "Колонна из {}.", "Column: {}, seen."])
@pytest.mark.parametrize("is_upper", [False, True])
def test_every_name_of_the_data_is_found_whole(carrier: str, *, is_upper: bool) -> None:
    missed = {}
    for name, id_ in NAMES:
        written = name.upper() if is_upper else name
        text = carrier.format(written)
        at = text.index(written)
        end = at + len(written)
        found = [each for each in TAXONOMY.find_all(text) if each.start < end and each.end > at]
        is_found = [each.nodes for each in found] == [(id_,)]
        if not is_found or ("«" in carrier and found[0].certainty != "certain"):
            missed[text] = found
    assert missed == {}


WORDS = [text for text, _ in NAMES] + [
    *("и", "с", "к", "в", "300", "80", "14:00", "единиц", "(", ")", ",", ". ", "«", "»", "\n", "—"),
    *("град", "Град", "комплекс", "vehicles", "the", "ship", "Shell", "Урал", "\u00ad", "’s"),
]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12), st.sampled_from(" -\n"))
@settings(deadline=None)
def test_spans_lie_in_the_text_in_order_and_say_why(words: list[str], joint: str) -> None:
    text = joint.join(words)
    found = TAXONOMY.find_all(text)
    ends = [0, *(name.end for name in found)]
    for before, name in zip(ends, found, strict=False):
        assert before <= name.start < name.end <= len(text)
        assert name.text == text[name.start : name.end]
        assert name.nodes
        assert set(name.nodes) <= set(TAXONOMY.nodes)
        assert name.node == (name.nodes[0] if len(name.nodes) == 1 else None)
        assert (name.certainty == "certain") == (name.reason == "")


def test_each_sentence_is_judged_by_itself() -> None:
    sentence = "Пройдут РСЗО «Град», С-400 и «Тигр». "
    once = [name.certainty for name in TAXONOMY.find_all(sentence)]
    assert [name.certainty for name in TAXONOMY.find_all(sentence * 50)] == once * 50
    assert read("Видели «Тигр». Видели С-400.")[0][2] == "likely"
