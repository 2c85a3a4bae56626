"""Names do not stand in the log, even when somebody types them; who may see them gets the sentence back."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eventlog.masking import _TOKEN, AS_DIGITS, EMPTIED, mask, mask_value, texts, unmask
from eventlog.subjects import Emptied, Identity
from tests.support.notebook import Colour

WANG = Identity("P-1", "person", "王建国", "330501196001011234", "13800001111", "妙西镇龙山村3组12号")
LI = Identity("P-2", "person", "王建", "33050119700202567X", "0572-2012345")
SHOP = Identity("O-1", "organisation", "妙西茶叶合作社")
EVERYBODY = [WANG, LI, SHOP]
KNOWN = {one.subject_id: one for one in EVERYBODY}


def test_names_numbers_phones_and_addresses_become_tokens():
    said = "王建国(330501196001011234)住妙西镇龙山村3组12号,电话13800001111,与妙西茶叶合作社有纠纷。"
    assert mask(said, EVERYBODY) == (
        "⟦P-1:name⟧(⟦P-1:id_number⟧)住⟦P-1:address⟧,电话⟦P-1:phone⟧,与⟦O-1:name⟧有纠纷。"
    )


def test_the_longest_known_string_wins():
    assert mask("王建国、王建", EVERYBODY) == "⟦P-1:name⟧、⟦P-2:name⟧"


def test_an_identity_number_is_known_in_both_spellings():
    assert mask("33050119700202567x", EVERYBODY) == "⟦P-2:id_number⟧"


UYGHUR = Identity("P-3", "person", "买买提·艾合买提", phone="+86 13900002222")


@pytest.mark.parametrize(
    ("said", "token"),
    [
        ("王 建 国", "P-1:name"),
        ("王　建国", "P-1:name"),
        ("王\u200b建\n国", "P-1:name"),
        ("买买提•艾合买提", "P-3:name"),
        ("买买提艾合买提", "P-3:name"),
        ("买买提．艾合买提", "P-3:name"),
        ("１３８００００１１１１", "P-1:phone"),
        ("138-0000-1111", "P-1:phone"),
        ("138 0000 1111", "P-1:phone"),
        ("0572－2012345", "P-2:phone"),
        ("05722012345", "P-2:phone"),
        ("13900002222", "P-3:phone"),
        ("330501 19600101 1234", "P-1:id_number"),
        ("３３０５０１１９６００１０１１２３４", "P-1:id_number"),
        ("330501600101123", "P-1:id_number"),
        ("33050119700202567ｘ", "P-2:id_number"),
        ("妙西镇 龙山村３组１２号", "P-1:address"),
    ],
)
def test_however_it_is_typed(said, token):
    assert mask(f"来访人{said}, 已核", [*EVERYBODY, UYGHUR]) == f"来访人⟦{token}⟧, 已核"


@pytest.mark.parametrize("said", ["王，建国", "王/建国", "1380000111", "¼", "建国王"])
def test_what_is_somebody_or_something_else_stays(said):
    assert mask(said, EVERYBODY) == said


def test_a_single_character_is_no_name():
    assert mask("王家的墙", [Identity("P-9", "person", "王")]) == "王家的墙"


def test_a_typed_token_of_a_stranger_hides_nothing():
    assert mask("⟦王建国:name⟧", EVERYBODY) == "⟦⟦P-1:name⟧:name⟧"


@pytest.mark.parametrize(
    ("subject", "rendered"),
    [
        (WANG, "王建国来访,电话13800001111"),
        (None, "「当事人」来访,电话「电话」"),
        (Emptied("P-1", "person", datetime(2025, 1, 1, tzinfo=UTC)), f"{EMPTIED}来访,电话{EMPTIED}"),
        (Identity("P-1", "person", "王建民"), "王建民来访,电话「电话」"),
    ],
)
def test_a_token_is_rendered_as_far_as_the_reader_may_see(subject, rendered):
    assert unmask("⟦P-1:name⟧来访,电话⟦P-1:phone⟧", lambda subject_id: subject) == rendered


@dataclass(frozen=True)
class Statement:
    text: str
    colour: Colour
    lines: tuple[str, ...]


def test_everything_inside_a_value_is_masked():
    value = {
        "who": ["王建国", 5, None],
        "王建国": Statement("王建国说", Colour.RED, ("致王建国",)),
        "set": {"王建国"},
    }
    assert mask_value(value, EVERYBODY) == {
        "who": ["⟦P-1:name⟧", 5, None],
        "⟦P-1:name⟧": Statement("⟦P-1:name⟧说", Colour.RED, ("致⟦P-1:name⟧",)),
        "set": {"⟦P-1:name⟧"},
    }


def test_what_would_be_looked_into_is_told_before_anybody_asks_who_the_people_are():
    assert set(texts({"who": ["王", 5, None], "k": Statement("说", Colour.RED, ("致",)), "set": {"集"}})) == {
        "who", "王", "k", "说", "致", "set", "集",
    }  # fmt: skip
    assert not any(texts([Colour.RED, 5, "", datetime(2026, 1, 1, tzinfo=UTC), {}, (None, [b""])]))


# Properties. A small alphabet makes names overlap, contain each other and touch.

letters = st.text("王建国12", min_size=2, max_size=4)
numbers = st.text("12", min_size=1, max_size=4)
people = st.lists(
    st.builds(
        Identity,
        st.uuids().map(str),
        st.just("person"),
        letters,
        numbers,
        numbers | st.just(""),
        letters | st.just(""),
    ),
    max_size=4,
    unique_by=lambda one: one.subject_id,
)
sentences = st.text("王建国12说,", max_size=30)


@given(sentences, people)
def test_no_known_string_remains_outside_the_tokens(sentence, people):
    known = {value for one in people for value in (one.name, one.id_number, one.phone, one.address) if value}
    for rest in _TOKEN.split(mask(sentence, people))[::3]:
        assert not [value for value in known if value in rest]


@given(sentences, people)
def test_a_reader_with_the_right_gets_the_sentence_back(sentence, people):
    assert unmask(mask(sentence, people), {one.subject_id: one for one in people}.get) == sentence


@given(sentences, people)
def test_masking_again_changes_nothing(sentence, people):
    once = mask(sentence, people)
    assert mask(once, people) == once


def plainly(text):
    """Without what may stand between two characters of a name or a number, in one width and case."""
    for change in (lambda one: unicodedata.normalize("NFKC", one), str.casefold):
        text = "".join(change(one) if len(change(one)) == 1 else one for one in text)
    return "".join(one for one in text if not (one.isspace() or one in AS_DIGITS.passed_over))


@given(st.text(max_size=30) | st.text("王建国12 １２　-·说⟦", max_size=30), people)
def test_no_text_breaks_it_and_nothing_is_lost_but_the_way_of_typing(sentence, people):
    assume("⟦" not in sentence or not _TOKEN.search(sentence))
    rendered = unmask(mask(sentence, people), {one.subject_id: one for one in people}.get)
    assert plainly(rendered) == plainly(sentence)


wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
names = st.text("欧阳建国买提张王李赵", min_size=2, max_size=5)
gaps = st.sampled_from(["", " ", "　", "\t", "\u200b", "·", "•", "\u00a0"])
dashes = st.sampled_from(["", " ", "-", "－", "—", "）"])


@given(st.data(), names, st.text("123456789", min_size=7, max_size=11), st.text("说他来访，", max_size=8))
def test_no_way_of_typing_brings_a_name_or_number_into_the_log(data, name, phone, around):
    who = Identity("P-7", "person", name, phone=phone)
    typed = [name[0], *(data.draw(gaps) + one for one in name[1:])]
    dialled = [
        phone[0],
        *(data.draw(dashes) + data.draw(st.sampled_from([one, one.translate(wide)])) for one in phone[1:]),
    ]
    said = f"{around}{''.join(typed)}{around}，{''.join(dialled)}{around}"
    assert mask(said, [who]) == f"{around}⟦P-7:name⟧{around}，⟦P-7:phone⟧{around}"
