from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgan.encoders.characters import (
    CLASSES,
    DIGIT,
    LETTER,
    LOWER,
    UPPER,
    character_class,
    from_points,
    mix,
    similar_characters,
    to_points,
)


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("Q", UPPER),
        ("Ö", UPPER),
        ("q", LOWER),
        ("ж", LOWER),
        ("王", LETTER),
        ("½", LETTER),
        ("7", DIGIT),
        ("٣", DIGIT),
        ("@", "@"),
        (" ", " "),
        ("🙂", "🙂"),
    ],
)
def test_letters_and_digits_of_every_script_have_a_class(character, expected):
    assert character_class(character) == expected


def test_each_class_is_named_by_one_of_its_members():
    assert [character_class(name) for name in CLASSES] == list(CLASSES)


@given(st.characters())
def test_similar_characters_are_of_the_same_class_and_hold_the_character(character):
    similar = similar_characters(character)
    assert character in similar or not character.isalnum()
    assert {character_class(other) for other in similar} <= {character_class(character)}


@given(st.lists(st.text(st.characters(codec=None, categories=None))))
def test_strings_survive_the_way_through_code_points(strings):
    points, lengths = to_points(strings)
    assert len(points) == sum(map(len, strings))
    assert from_points(points, lengths).tolist() == strings


def test_mix_is_one_to_one_and_leaves_no_trace_of_the_order():
    numbers = np.arange(10_000, dtype=np.uint64)
    mixed = mix(numbers)
    assert len(np.unique(mixed)) == len(numbers)
    assert abs(np.corrcoef(numbers.astype(float), mixed.astype(float))[0, 1]) < 0.05
