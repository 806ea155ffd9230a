from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgan.encoders.characters import character_class
from synthgan.encoders.patterns import TextPattern

FIRST = ["Ada", "Alan", "Emmy", "José", "Kurt", "Grace", "Élise", "John", "Sofia"]
LAST = ["Lovelace", "Turing", "Noether", "Gödel", "Hopper", "O'Brien", "Smith-Jones"]
NAMES = [f"{first} {last}" for first, last in product(FIRST, LAST)]


def learn(texts: list[str], seed: int = 0, **options: int) -> TextPattern:
    rng = np.random.default_rng(seed)
    return TextPattern.learn(np.array(texts, dtype=object), rng, **options)


def make(pattern: TextPattern, n_texts: int, seed: int = 1) -> list[str]:
    return pattern.make(np.random.default_rng(seed), n_texts).tolist()


def template(text: str) -> str:
    return "".join(map(character_class, text))


def test_made_texts_look_like_training_texts_and_are_none():
    made = make(learn(NAMES), 5000)
    assert not set(made) & set(NAMES)
    assert set(map(template, made)) == set(map(template, NAMES))


def test_punctuation_stays_in_its_place():
    texts = [
        f"{name.lower()}.{number}@mail-{number % 9}.org"
        for name in FIRST
        for number in range(50)
    ]
    for text in make(learn(texts), 500):
        assert [c for c in text if not c.isalnum()] == [".", "@", "-", "."]


def test_templates_are_as_frequent_as_in_training():
    rng = np.random.default_rng(0)
    long = ["".join(rng.choice(list("abcdefgh"), 12)) for _ in range(900)]
    digits = [str(number) for number in rng.integers(10**9, 10**10, 100)]
    made = make(learn(long + digits), 20_000)
    share = np.mean([text.isdecimal() for text in made])
    assert share == pytest.approx(0.1, abs=0.01)  # 4.7 standard errors


def test_characters_are_as_frequent_as_in_training():
    rng = np.random.default_rng(0)
    texts = [
        "".join(rng.choice(list("abcde"), 20, p=[0.6, 0.1, 0.1, 0.1, 0.1]))
        for _ in range(500)
    ]
    text = "".join(make(learn(texts), 2000))
    assert set(text) == set("abcde")
    assert text.count("a") / len(text) == pytest.approx(0.6, abs=0.02)


def test_letters_of_another_script_stay_in_it():
    made = make(learn(["Жанна Д", "Иван Ф", "Ольга Ж"]), 300)
    assert all("\u0400" <= c <= "\u04ff" or c == " " for text in made for c in text)
    chinese = make(learn(["王小明", "李华", "张伟"]), 300)
    assert all("\u4e00" <= c <= "\u9fff" for text in chinese for c in text)


def test_a_class_of_few_characters_is_widened():
    assert len(set("".join(make(learn(["aab", "bba"]), 500)))) == 26
    assert len(set("".join(make(learn(["777"]), 500)))) == 10


def test_a_column_that_uses_up_its_pattern_gets_longer_texts():
    texts = ["".join(pair) for pair in product("0123456789", repeat=2)]
    made = make(learn(texts), 500)
    assert not set(made) & set(texts)
    assert all(text.isdecimal() and len(text) > 2 for text in made)


@pytest.mark.parametrize("texts", [["---", "...", "?"], [""], [" "], ["🙂", "🙃🙃"]])
def test_texts_without_letters_grow_by_one_at_least(texts):
    made = make(learn(texts), 300)
    assert not set(made) & set(texts)
    assert all(text.rstrip("abcdefghijklmnopqrstuvwxyz") in texts for text in made)


def test_the_hash_table_says_next_to_nothing_about_a_text():
    texts = [f"{name} {number}" for name in NAMES for number in range(100)]
    pattern = learn(texts)
    assert len(pattern.occupied) == len(texts)
    assert pattern.occupied.mean() == pytest.approx(1 - np.exp(-1), abs=0.03)


def test_no_training_text_is_in_the_state():
    text = json.dumps(learn(NAMES).to_dict(), ensure_ascii=False)
    assert not any(name in text for name in NAMES)
    assert "Lovelace" not in text


def test_the_order_of_the_training_texts_is_not_told():
    assert learn(NAMES).to_dict() == learn(NAMES[::-1]).to_dict()


def test_the_state_survives_json_and_sorted_keys():
    pattern = learn(NAMES)
    values = json.loads(json.dumps(pattern.to_dict(), sort_keys=True))
    again = TextPattern.from_state(values, pattern.arrays())
    assert make(again, 500) == make(pattern, 500)
    assert again.to_dict() == pattern.to_dict()


def test_only_so_many_templates_are_kept_and_frequent_ones_rather_than_rare():
    common = [f"{number:06d}" for number in range(2000)]
    rare = ["a" * length for length in range(1, 101)]
    pattern = learn(common + rare, max_templates=10)
    assert len(pattern.templates) == 10
    assert "000000" in pattern.templates


def test_long_texts_are_cut():
    texts = [word * 700 for word in ("ab cd", "abc d", "a bcd")]
    pattern = learn(texts)
    assert {len(kept) for kept in pattern.templates} == {2000}
    assert {len(text) for text in make(pattern, 20)} == {2000}


def test_a_text_cut_to_a_training_text_does_not_come_back():
    texts = ["-" * 2000, "-" * 2500]
    assert not set(make(learn(texts), 100)) & set(texts)


def test_texts_depend_on_the_generator_alone():
    pattern = learn(NAMES)
    first = make(pattern, 300, seed=5)
    np.random.default_rng(0).random(10)
    make(pattern, 10, seed=6)
    assert make(pattern, 300, seed=5) == first
    assert make(pattern, 300, seed=6) != first
    assert make(pattern, 0) == []


def test_a_column_without_texts_makes_empty_ones():
    assert make(learn([]), 3) == ["", "", ""]


def test_repeated_texts_are_learned_as_often_as_they_occur():
    pattern = learn(["Ada"] * 30 + ["1"] * 10)
    assert dict(zip(pattern.templates, pattern.counts, strict=True)) == {
        "Aaa": 30,
        "0": 10,
    }
    assert len(pattern.occupied) == 2


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(max_size=10), min_size=1, max_size=50))
def test_any_texts_are_never_repeated(texts):
    pattern = learn(texts)
    made = make(pattern, 300)
    assert not set(made) & set(texts)
    again = TextPattern.from_state(
        json.loads(json.dumps(pattern.to_dict())), pattern.arrays()
    )
    assert make(again, 300) == made
    # A made text is one of the patterns, possibly grown.
    starts = tuple(set(map(template, texts)))
    assert all(template(text).startswith(starts) for text in made)


@settings(deadline=None, max_examples=50)
@given(st.sets(st.text("01", max_size=3), min_size=1))
def test_nearly_dense_texts_are_never_repeated(texts):
    assert not set(make(learn(sorted(texts)), 500)) & texts


@settings(deadline=None, max_examples=50)
@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,6} [0-9]{2}", fullmatch=True), min_size=1))
def test_no_text_with_its_letters_is_in_the_state(texts):
    leaves = [*learn(texts).templates, *learn(texts).frequencies]
    assert not {text for text in texts if text != template(text)} & set(leaves)
