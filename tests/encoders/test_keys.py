from __future__ import annotations

import json
import re
import uuid
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgan.encoders.keys import KeyForm
from synthgan.exceptions import InputError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rows(n_rows: int, start: int = 0) -> np.ndarray:
    return np.arange(n_rows, dtype=np.uint64) + np.uint64(start)


def learn(keys: list[str] | np.ndarray, seed: int = 0) -> KeyForm:
    values = keys if isinstance(keys, np.ndarray) else np.array(keys, dtype=object)
    return KeyForm.learn(values, np.random.default_rng(seed))


def check_fresh(form: KeyForm, train: Any, row_numbers: np.ndarray) -> list[Any]:
    """Check that keys are unique, no training key, and the same from the dict."""
    keys = form.make(row_numbers).tolist()
    assert len(set(keys)) == len(row_numbers)
    assert not set(keys) & set(train if isinstance(train, list) else train.tolist())
    again = KeyForm.from_dict(json.loads(json.dumps(form.to_dict())))
    assert again == form
    assert again.make(row_numbers).tolist() == keys
    return keys


def random_strings(alphabets: list[str], n_keys: int) -> list[str]:
    rng = np.random.default_rng(7)
    columns = [rng.choice(list(alphabet), n_keys) for alphabet in alphabets]
    return sorted({"".join(key) for key in zip(*columns, strict=True)})


# --- strings --------------------------------------------------------------------------


def test_digits_and_letters_stay_where_they_are():
    train = random_strings(["0123456789"] * 4 + ["-"] + [LETTERS] * 5, 5000)
    keys = check_fresh(learn(train), train, rows(20_000))
    assert all(re.fullmatch(r"[0-9]{4}-[A-Z]{5}", key) for key in keys)


def test_random_looking_keys_are_not_in_order_and_use_all_characters():
    train = random_strings(["0123456789"] * 4 + ["-"] + [LETTERS] * 5, 5000)
    keys = learn(train).make(rows(5000)).tolist()
    assert keys != sorted(keys)
    for position in range(5, 10):
        assert {key[position] for key in keys} == set(LETTERS)


def test_uuids_keep_their_dashes_version_and_variant():
    rng = np.random.default_rng(0)
    train = [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(1000)]
    for key in check_fresh(learn(train), train, rows(5000)):
        assert str(uuid.UUID(key)) == key
        assert uuid.UUID(key).version == 4
        assert uuid.UUID(key).variant == uuid.RFC_4122


def test_few_hexadecimal_keys_are_recognised_though_positions_lack_digits():
    train = ["a0f3c9", "0bd17e", "f9a2d4", "3ce80b"]
    keys = check_fresh(learn(train), train, rows(2000))
    assert all(re.fullmatch("[0-9a-f]{6}", key) for key in keys)


def test_characters_that_never_occur_in_many_keys_do_not_occur():
    crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    train = random_strings([crockford] * 6, 5000)
    keys = check_fresh(learn(train), train, rows(5000))
    assert set("".join(keys)) == set(crockford)


def test_a_number_after_a_prefix_counts_on_above_the_largest():
    train = [f"cust_{number}" for number in range(1, 501)]
    keys = check_fresh(learn(train), train, rows(1000))
    numbers = [int(key.removeprefix("cust_")) for key in keys]
    assert 500 < numbers[0] <= 1001
    assert numbers == list(range(numbers[0], numbers[0] + 1000))


def test_a_number_before_a_suffix_counts_on():
    train = [f"{number}/B7" for number in range(10, 200)]
    keys = check_fresh(learn(train), train, rows(50))
    assert all(re.fullmatch("[0-9]+/B7", key) for key in keys)


def test_leading_zeros_are_kept():
    train = [f"{number:05d}" for number in range(1, 501)]
    keys = check_fresh(learn(train), train, rows(1000))
    assert {len(key) for key in keys} == {5}
    assert keys == sorted(keys)


def test_numbers_of_equal_length_without_leading_zeros_get_none():
    train = random_strings(["123456789", *["0123456789"] * 7], 3000)
    keys = check_fresh(learn(train), train, rows(10_000))
    assert all(re.fullmatch("[1-9][0-9]{7}", key) for key in keys)


def test_years_before_running_numbers_stay_years_of_the_table():
    train = [
        f"{year}-{number:04d}" for year in range(2010, 2020) for number in range(300)
    ]
    keys = check_fresh(learn(train), train, rows(1000))
    assert {key[:4] for key in keys} <= {str(year) for year in range(2010, 2020)}
    assert {len(key) for key in keys} == {9}


def test_a_form_that_is_used_up_gets_one_more_character():
    train = ["".join(pair) for pair in product(LETTERS, LETTERS)]
    keys = check_fresh(learn(train), train, rows(5000))
    assert all(re.fullmatch("[A-Z]{3}", key) for key in keys)


def test_all_numbers_of_a_length_used_gives_longer_numbers():
    train = [f"{number:03d}" for number in range(1000)]
    keys = check_fresh(learn(train), train, rows(100))
    assert all(re.fullmatch("[1-9][0-9]{3}", key) for key in keys)


def test_rows_beyond_the_form_get_longer_keys_that_stay_unique():
    train = random_strings([LETTERS, "-", "0123456789"], 100)
    keys = check_fresh(learn(train), train, rows(20_000))
    lengths = list(map(len, keys))
    assert lengths == sorted(lengths)
    assert set(lengths) == {3, 4, 5}
    assert all(re.fullmatch("[A-Z]-[0-9]+", key) for key in keys)


def test_longer_training_keys_are_avoided_when_the_form_is_lengthened():
    train = [*map("".join, product(LETTERS, repeat=2)), "QQQ", "ABC", *LETTERS]
    form = learn(train)
    n_three = 26**3 // 2
    check_fresh(form, train, rows(n_three))


def test_row_numbers_far_out_are_served():
    train = random_strings([LETTERS] * 4, 2000)
    far = rows(1000, start=2**48 - 1000)
    check_fresh(learn(train), train, np.concatenate([rows(1000), far]))


@pytest.mark.parametrize(
    "train",
    [
        random_strings(["0123456789"] * 4 + ["-"] + [LETTERS] * 5, 300),
        random_strings(["0123456789"] * 10, 300),
        [f"user{number}" for number in range(100, 400)],
        ["smith_john1", "smith_john_x", "anna-meier", "bob.jones77"],
        ["only-one-key-42"],
        ["Çağlar"],
    ],
)
def test_no_training_key_is_in_the_state(train):
    state = learn(train).to_dict()
    text = json.dumps(state, ensure_ascii=False)
    assert not any(key in text for key in train)
    numbers = {int(re.sub("[^0-9]", "", f"0{key}")) for key in train}
    for region in state["regions"]:
        assert not numbers & set(region.get("starts", []))


def test_what_is_not_used_up_hides_the_training_keys():
    every = ["".join(pair) for pair in product(LETTERS, LETTERS)]
    train = sorted(np.random.default_rng(0).permutation(every)[:400].tolist())
    keys = learn(train).make(rows(5000)).tolist()
    n_of_the_form = sum(len(key) == 2 for key in keys)
    assert n_of_the_form == (len(every) - len(train)) // 2


def test_letters_that_a_few_keys_share_are_not_kept():
    region = learn(["smithA", "smithB", "jones"]).to_dict()["regions"][0]
    assert min(map(len, region["alphabets"])) >= 26


def test_another_seed_chooses_other_keys():
    train = random_strings([LETTERS] * 8, 500)
    first, second = (set(learn(train, seed).make(rows(500))) for seed in (0, 1))
    assert len(first & second) < 5


def test_a_key_depends_on_its_row_number_alone():
    train = random_strings([LETTERS] * 8, 500)
    form = learn(train)
    keys = form.make(rows(10_000))
    order = np.random.default_rng(0).permutation(10_000)
    assert form.make(order.astype(np.uint64)).tolist() == keys[order].tolist()
    assert form.make(rows(7, start=4093)).tolist() == keys[4093:4100].tolist()
    assert form.make(rows(0)).shape == (0,)


def test_repeated_training_keys_change_nothing():
    train = random_strings([LETTERS] * 5, 200)
    assert learn(train) == learn(train[::-1] + train[:50])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=60, unique=True))
def test_any_strings_get_fresh_keys(train):
    check_fresh(learn(train), train, rows(300))


@settings(deadline=None, max_examples=100)
@given(st.sets(st.text("01aZ", max_size=4), min_size=1, max_size=341))
def test_nearly_dense_strings_get_fresh_keys(train):
    check_fresh(learn(sorted(train)), sorted(train), rows(500))


@settings(deadline=None, max_examples=100)
@given(st.sets(st.from_regex(r"A[0-9]{1,3}z", fullmatch=True), min_size=2, max_size=99))
def test_numbers_with_and_without_leading_zeros_get_fresh_keys(train):
    check_fresh(learn(sorted(train)), sorted(train), rows(2000))


def codes_around(mark: str) -> st.SearchStrategy[list[str]]:
    pattern = rf"[A-Z]{{2}}\{mark}[0-9a-z]{{4}}"
    code = st.from_regex(pattern, fullmatch=True)
    return st.lists(code, min_size=1, max_size=50, unique=True)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from("./:-").flatmap(codes_around))
def test_the_length_and_the_punctuation_are_those_of_training(train):
    mark = re.escape(train[0][2])
    for key in check_fresh(learn(train), train, rows(50)):
        assert re.fullmatch(f"[A-Z]{{2}}{mark}[0-9a-z]{{4}}", key)


# --- integers -------------------------------------------------------------------------


def test_counted_integers_count_on_above_the_largest():
    train = np.arange(1, 1001)
    keys = check_fresh(learn(train), train, rows(5000))
    assert 1000 < keys[0] <= 2001
    assert np.diff(keys).tolist() == [1] * 4999


def test_the_step_of_counted_integers_is_kept():
    train = np.arange(1000, 9000, 5)
    keys = check_fresh(learn(train), train, rows(100))
    assert np.diff(keys).tolist() == [5] * 99
    assert keys[0] % 5 == 0


def test_counted_integers_with_gaps_count_on():
    rng = np.random.default_rng(0)
    train = np.sort(rng.choice(np.arange(536_365, 581_587), 30_000, replace=False))
    keys = check_fresh(learn(train), train, rows(1000))
    assert np.diff(keys).tolist() == [1] * 999
    assert keys[0] > train[-1]


def test_scattered_integers_stay_between_the_smallest_and_the_largest():
    rng = np.random.default_rng(0)
    train = np.unique(rng.integers(10**7, 10**8, 10_000))
    keys = check_fresh(learn(train), train, rows(100_000))
    assert train[0] < min(keys) < 2 * 10**7
    assert 9 * 10**7 < max(keys) < train[-1]
    assert abs(np.corrcoef(np.arange(100_000), keys)[0, 1]) < 0.02


def test_the_common_divisor_of_scattered_integers_is_kept():
    rng = np.random.default_rng(0)
    train = np.unique(rng.integers(10**6, 10**7, 5000)) * 7 + 3
    keys = check_fresh(learn(train), train, rows(5000))
    assert {key % 7 for key in keys} == {3}


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_counted_integers_at_the_end_of_the_dtype_count_down(dtype):
    largest = np.iinfo(dtype).max
    train = np.arange(100, dtype=dtype) + dtype(largest - 99)
    keys = check_fresh(learn(train), train, rows(5000))
    assert keys == list(range(keys[0], keys[0] - 5000, -1))
    assert keys[0] < largest - 99


def test_both_ends_of_int64_are_no_obstacle():
    train = np.array([-(2**63), 2**63 - 1])
    check_fresh(learn(train), train, rows(5000))


def test_random_64_bit_integers_use_the_whole_range():
    train = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, 5000)
    keys = check_fresh(learn(train), train, rows(20_000))
    assert min(keys) < -(2**62)
    assert max(keys) > 2**62


def test_positive_integers_are_not_continued_below_zero():
    train = np.random.default_rng(0).permutation(10**6)[:1000] + 1
    assert min(learn(train).make(rows(10**5))) > 0


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32])
def test_the_dtype_of_integers_is_kept(dtype):
    train = np.arange(100, dtype=dtype)
    form = learn(train)
    assert form.make(rows(10)).dtype == dtype
    n_keys = min(form.capacity, 1000)
    check_fresh(form, train, rows(n_keys))


def test_running_out_of_a_small_dtype_says_so():
    form = learn(np.arange(-128, 100, dtype=np.int8))
    with pytest.raises(InputError, match=r"dtype int8.*wider dtype"):
        form.make(rows(200))


@pytest.mark.parametrize("dtype", [np.int64, object])
def test_no_keys_at_all_are_refused(dtype):
    with pytest.raises(InputError, match="at least one value"):
        KeyForm.learn(np.array([], dtype=dtype), np.random.default_rng(0))


def test_no_training_integer_is_in_the_state():
    rng = np.random.default_rng(0)
    for train in (
        np.arange(1000, 2000),
        np.unique(rng.integers(10**7, 10**8, 5000)),
        rng.integers(-(2**63), 2**63 - 1, 500),
        np.array([123_456_789]),
    ):
        for seed in range(20):
            for region in learn(train, seed).to_dict()["regions"]:
                assert not set(region["starts"]) & set(train.tolist())
                assert region["width"] not in train


integers = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-50, 50),
    st.integers(2**63 - 50, 2**63 - 1),
    st.integers(-(2**63), -(2**63) + 50),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(integers, min_size=1, max_size=80, unique=True))
def test_any_int64_get_fresh_keys(numbers):
    train = np.array(numbers, dtype=np.int64)
    check_fresh(learn(train), train, rows(2000))


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.integers(0, 50)
        | st.integers(2**64 - 50, 2**64 - 1)
        | st.integers(0, 2**64 - 1),
        min_size=1,
        max_size=80,
        unique=True,
    )
)
def test_any_uint64_get_fresh_keys(numbers):
    train = np.array(numbers, dtype=np.uint64)
    check_fresh(learn(train), train, rows(2000))


@settings(deadline=None, max_examples=100)
@given(st.sets(st.integers(-128, 127), min_size=1))
def test_a_small_dtype_is_used_without_ever_repeating_a_training_key(numbers):
    train = np.array(sorted(numbers), dtype=np.int8)
    form = learn(train)
    check_fresh(form, train, rows(form.capacity))
    # All but half of the room between the training keys is used.
    n_between = int(train[-1]) - int(train[0]) + 1
    assert form.capacity >= (256 - n_between) // 2
