"""`Layout`: where each block of each column stands in an encoded row.

It is the only thing that encoders and networks share; nobody else counts offsets.
An encoded row exists in two forms. Outside the compiled graph it is *compact*: one
integer code for each softmax block and one float for each rank block. Inside the graph
it is *dense*: the one-hot blocks, padded to a power of two so that blocks of one width
can be reshaped and worked on together, then the ranks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

Activation = Literal["softmax", "rank"]


@dataclass(frozen=True)
class BlockSpec:
    """A block that a column encoder asks for.

    Parameters
    ----------
    name : str
        What the block holds, such as `"atom"`, `"rank"`, `"bucket"`, `"item"`.
    activation : {"softmax", "rank"}
        A choice among `width` codes, or one real number in [0, 1].
    width : int
        Number of codes; 1 for a rank.
    has_rank : bool
        Whether code 0 of this softmax block means "see the rank block", which must
        then be the column's next block.
    ranks : tuple of float
        Where each code stands among the ranks, in [0, 1]; -1 for codes that are no
        number. Empty where none is.
    end_deviations : (float, float)
        How many standard deviations the numbers at the ranks 0 and 1 lie from the mean
        of all ranks' numbers; zeros if not known.
    """

    name: str
    activation: Activation
    width: int
    has_rank: bool = False
    ranks: tuple[float, ...] = ()
    end_deviations: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Block:
    """A block in its place.

    Parameters
    ----------
    name, activation, width, has_rank, ranks, end_deviations
        As in `BlockSpec`.
    column : int
        Position of the column in the table.
    index : int
        Position among the blocks of the same activation: the block's place in the
        compact codes or ranks.
    start : int
        First position in the dense row.
    """

    name: str
    activation: Activation
    width: int
    has_rank: bool
    ranks: tuple[float, ...]
    end_deviations: tuple[float, float]
    column: int
    index: int
    start: int


@dataclass(frozen=True)
class Group:
    """Neighbouring softmax blocks of one padded width, worked on together.

    Parameters
    ----------
    first : int
        Index of the first block's code.
    n_blocks : int
        Number of blocks.
    n_ranked : int
        How many of them, from the first on, have a rank.
    width : int
        Padded width, a power of two.
    start : int
        First position in the dense row.
    """

    first: int
    n_blocks: int
    n_ranked: int
    width: int
    start: int

    @property
    def stop(self) -> int:
        """Position after the last one in the dense row."""
        return self.start + self.n_blocks * self.width


@dataclass(frozen=True)
class Reference:
    """A code that means "equals another column's cell".

    Parameters
    ----------
    column : int
        Position of the column that refers.
    place : int
        Place of its choice among the codes.
    code : int
        The code; code 0 of the same choice means "see the rank".
    other : int
        Position of the column referred to, an earlier one.
    ranks : tuple of float
        Where the other column's ranks stand among this one's: those of evenly spaced
        ranks from 0 to 1. Empty where the other column has none.
    """

    column: int
    place: int
    code: int
    other: int
    ranks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The blocks of an encoded table.

    Parameters
    ----------
    blocks : tuple of Block
        Softmax blocks in the order of their codes, then rank blocks in theirs. Softmax
        blocks are ordered by padded width, those with a rank first; rank blocks in the
        order of the softmax blocks that they belong to, those without one last.
    n_columns : int
        Number of columns of the table, also of those without a block.
    references : tuple of Reference
        Codes that refer to another column, in the order of the columns.

    Examples
    --------
    >>> atom = BlockSpec("atom", "softmax", 3, has_rank=True)
    >>> rank, level = BlockSpec("rank", "rank", 1), BlockSpec("level", "softmax", 2)
    >>> layout = Layout.from_specs([[atom, rank], [level]])
    >>> [(block.name, block.column, block.start) for block in layout.blocks]
    [('level', 1, 0), ('atom', 0, 2), ('rank', 0, 6)]
    >>> layout.n_codes, layout.n_ranks, layout.width
    (2, 1, 7)
    """

    blocks: tuple[Block, ...]
    n_columns: int
    references: tuple[Reference, ...] = ()

    @classmethod
    def from_specs(cls, columns: Iterable[Iterable[BlockSpec]]) -> Layout:
        """Place the blocks that each column asks for."""
        columns = list(columns)
        asked = [
            (spec, column, place)
            for column, specs in enumerate(columns)
            for place, spec in enumerate(specs)
        ]
        softmax = sorted(
            (item for item in asked if item[0].activation == "softmax"),
            key=lambda item: (padded_width(item[0].width), not item[0].has_rank),
        )
        blocks, start = [], 0
        for index, (spec, column, _) in enumerate(softmax):
            blocks.append(_place(spec, column, index, start))
            start += padded_width(spec.width)
        # A rank stands in the order of its softmax block, so that the flags "not an
        # atom" of all ranks can be cut out of the dense row without a gather.
        order = {
            (column, place + 1): index
            for index, (spec, column, place) in enumerate(softmax)
            if spec.has_rank
        }
        ranks = sorted(
            (item for item in asked if item[0].activation == "rank"),
            key=lambda item: order.get((item[1], item[2]), len(softmax)),
        )
        for index, (spec, column, _) in enumerate(ranks):
            blocks.append(_place(spec, column, index, start + index))
        return cls(tuple(blocks), len(columns))

    @cached_property
    def softmax_blocks(self) -> tuple[Block, ...]:
        """Blocks that are a choice, in the order of their codes."""
        return tuple(b for b in self.blocks if b.activation == "softmax")

    @cached_property
    def rank_blocks(self) -> tuple[Block, ...]:
        """Blocks that are a number, in the order of their ranks."""
        return tuple(b for b in self.blocks if b.activation == "rank")

    def ranks_count(self, codes: np.ndarray) -> np.ndarray:
        """Tell which ranks mean something, given the choices beside them.

        Parameters
        ----------
        codes : ndarray of int, shape (n_rows, n_codes)
            Compact codes.

        Returns
        -------
        ndarray of bool, shape (n_rows, n_ranks)
        """
        counts = np.ones((len(codes), self.n_ranks), dtype=bool)
        for own, choice in self._choices.items():
            counts[:, own] = codes[:, choice.index] == 0
        return counts

    @cached_property
    def _choices(self) -> dict[int, Block]:
        """The softmax block beside each rank that has one, by the rank's index."""
        choices = {block.column: block for block in self.softmax_blocks}
        return {
            block.index: choices[block.column]
            for block in self.rank_blocks
            if block.column in choices
        }

    def cells(self, codes: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """Return compact rows as numbers, as trees look at them.

        A tree splits at thresholds, so that a column's atoms have to stand among its
        ranks: otherwise "at most 40 hours" takes one split for each atom.

        Parameters
        ----------
        codes : ndarray of int, shape (n_rows, n_codes)
        ranks : ndarray of float, shape (n_rows, n_ranks)

        Returns
        -------
        ndarray of float32, shape (n_rows, n_cells)
            Codes, then ranks: those of atoms and of cells that are referred to where
            a cell is one, and -1 where it is missing.
        """
        cells = np.hstack([codes, ranks], dtype=np.float32, casting="same_kind")
        seen = cells[:, self.n_codes :]
        for own, choice in self._choices.items():
            code = codes[:, choice.index]
            of_codes = choice.ranks or choice.width * (-1.0,)
            is_code = code > 0
            seen[is_code, own] = np.array(of_codes)[code[is_code]]
        index = {block.column: block.index for block in self.rank_blocks}
        for link in self.references:
            if link.ranks:
                refers = codes[:, link.place] == link.code
                other = seen[refers, index[link.other]]
                evenly = np.linspace(0, 1, len(link.ranks))
                # A reference to a missing cell falls back on the rank.
                seen[refers, index[link.column]] = np.where(
                    other < 0,
                    ranks[refers, index[link.column]],
                    np.interp(other, evenly, link.ranks),
                )
        return cells

    @property
    def n_codes(self) -> int:
        """Number of softmax blocks: width of the compact codes."""
        return len(self.softmax_blocks)

    @property
    def n_ranks(self) -> int:
        """Number of rank blocks: width of the compact ranks."""
        return len(self.rank_blocks)

    @property
    def n_cells(self) -> int:
        """Number of codes and ranks of a compact row: width of `cells`."""
        return self.n_codes + self.n_ranks

    @cached_property
    def softmax_width(self) -> int:
        """Width of the one-hot part of the dense row, padding included."""
        return sum(padded_width(block.width) for block in self.softmax_blocks)

    @property
    def width(self) -> int:
        """Width of the dense row."""
        return self.softmax_width + self.n_ranks

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Runs of softmax blocks with one padded width."""
        groups = []
        for width in sorted({padded_width(b.width) for b in self.softmax_blocks}):
            members = [b for b in self.softmax_blocks if padded_width(b.width) == width]
            n_ranked = sum(block.has_rank for block in members)
            first = members[0]
            groups.append(
                Group(first.index, len(members), n_ranked, width, first.start)
            )
        return tuple(groups)

    @cached_property
    def padding(self) -> np.ndarray:
        """Which positions of the one-hot part are padding; shape (softmax_width,)."""
        padding = np.ones(self.softmax_width, dtype=bool)
        for block in self.softmax_blocks:
            padding[block.start : block.start + block.width] = False
        return padding

    @cached_property
    def column_of_position(self) -> np.ndarray:
        """The column of each position of the dense row; shape (width,)."""
        columns = np.empty(self.width, dtype=np.int32)
        for block in self.blocks:
            is_choice = block.activation == "softmax"
            width = padded_width(block.width) if is_choice else 1
            columns[block.start : block.start + width] = block.column
        return columns

    def column_blocks(self, column: int) -> tuple[Block, ...]:
        """Return the blocks of one column, choices before numbers."""
        return tuple(block for block in self.blocks if block.column == column)


def _place(spec: BlockSpec, column: int, index: int, start: int) -> Block:
    return Block(**vars(spec), column=column, index=index, start=start)


def padded_width(width: int) -> int:
    """Return the next power of two, at least 2.

    Examples
    --------
    >>> padded_width(1), padded_width(2), padded_width(9)
    (2, 2, 16)
    """
    return max(2, 1 << (width - 1).bit_length())
