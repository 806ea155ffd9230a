import numpy as np
import pytest

from synthgan.statistics import distances, nearest_distances, quantile_ranks

IS_CATEGORICAL = np.array([False, True, False, True])


def _rows(n_rows, seed, n_levels=5):
    rng = np.random.default_rng(seed)
    rows = np.column_stack(
        [
            rng.random(n_rows),
            rng.integers(n_levels, size=n_rows),
            rng.random(n_rows),
            rng.integers(3, size=n_rows),
        ]
    )
    rows[rng.random(rows.shape) < 0.15] = np.nan
    return rows


def _by_definition(first, second):
    """Sum the columns' distances of two rows, cell by cell."""
    total = 0.0
    for a, b, is_level in zip(first, second, IS_CATEGORICAL, strict=True):
        if np.isnan(a) or np.isnan(b):
            total += float(np.isnan(a) != np.isnan(b))
        else:
            total += float(a != b) if is_level else abs(a - b)
    return total


@pytest.mark.parametrize("n_levels", [5, 200])
@pytest.mark.parametrize("k", [1, 3])
def test_distances_are_the_definition_in_blocks_of_any_size(monkeypatch, n_levels, k):
    # Several blocks, groups and, with 200 levels, comparisons instead of products.
    monkeypatch.setattr(distances, "_REFERENCE_BLOCK", 70)
    monkeypatch.setattr(distances, "_QUERY_BLOCK", 7)
    monkeypatch.setattr(distances, "_GROUP", 4)
    queries, references = _rows(20, 0, n_levels), _rows(150, 1, n_levels)
    found, indices = nearest_distances(queries, references, IS_CATEGORICAL, k)
    expected = np.array([[_by_definition(q, r) for r in references] for q in queries])
    np.testing.assert_allclose(found, np.sort(expected)[:, :k], atol=1e-6)
    np.testing.assert_allclose(
        np.take_along_axis(expected, indices, axis=1), found, atol=1e-6
    )


def test_equal_rows_have_no_distance_and_the_first_of_them_is_found():
    rows = np.concatenate([_rows(50, 2), _rows(50, 2)])
    found, indices = nearest_distances(rows[:50], rows, IS_CATEGORICAL)
    assert (found == 0).all()
    assert (indices[:, 0] < 50).all()


def test_a_level_that_only_one_table_has_matches_nothing():
    queries, references = np.array([[7.0]]), np.array([[0.0], [1.0]])
    found, _ = nearest_distances(queries, references, np.array([True]))
    assert found.tolist() == [[1.0]]


def test_fewer_references_than_neighbours_give_all_of_them():
    found, indices = nearest_distances(_rows(4, 0), _rows(3, 1), IS_CATEGORICAL, k=20)
    assert found.shape == indices.shape == (4, 3)
    assert np.array_equal(np.sort(indices, axis=1), [[0, 1, 2]] * 4)


@pytest.mark.parametrize("is_level", [True, False])
def test_tables_of_one_kind_of_column_have_distances(is_level):
    rows = np.array([[0.0, 1.0], [1.0, np.nan]])
    found, _ = nearest_distances(rows[:1], rows[1:], np.array([is_level] * 2))
    assert found.tolist() == [[2.0]]


def test_ranks_count_the_share_below_and_half_of_the_ties():
    reference = np.array([[10.0], [20.0], [20.0], [40.0], [np.nan]])
    values = np.array([[5.0], [10.0], [20.0], [30.0], [99.0], [np.nan]])
    ranks = quantile_ranks(values, reference, np.array([False]))
    assert ranks[:-1, 0].tolist() == [0.0, 0.125, 0.5, 0.75, 1.0]
    assert np.isnan(ranks[-1, 0])


def test_ranks_have_no_unit_and_leave_levels_alone():
    rows, reference = _rows(50, 0), _rows(80, 1)
    unit = np.where(IS_CATEGORICAL, 1.0, 1000.0)
    ranks = quantile_ranks(rows, reference, IS_CATEGORICAL)
    again = quantile_ranks(rows * unit, reference * unit, IS_CATEGORICAL)
    np.testing.assert_array_equal(ranks, again)
    np.testing.assert_array_equal(ranks[:, IS_CATEGORICAL], rows[:, IS_CATEGORICAL])


def test_a_reference_without_values_gives_ranks_all_the_same():
    ranks = quantile_ranks(np.ones((3, 1)), np.full((5, 1), np.nan), np.array([False]))
    assert len(np.unique(ranks)) == 1


def test_memory_does_not_grow_with_the_product_of_the_sizes(monkeypatch):
    largest = 0
    smallest = distances._smallest

    def watched(values, k):
        nonlocal largest
        largest = max(largest, values.size)
        return smallest(values, k)

    monkeypatch.setattr(distances, "_smallest", watched)
    nearest_distances(_rows(1000, 0), _rows(20_000, 1), IS_CATEGORICAL)
    assert largest <= distances._QUERY_BLOCK * distances._REFERENCE_BLOCK
