"""Run attacks on a synthetic table."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Literal

import pandas as pd

from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.registry import ATTACKS
from synthgan.evaluation.privacy.tables import AttackTables
from synthgan.exceptions import ParameterError
from synthgan.schema import TableSchema

#: Columns that attribute inference attacks in quick mode, unless they are named.
N_QUICK_SENSITIVE = 5

NO_HOLDOUT = "needs a holdout: real rows that the generator never saw"


def run_attacks(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    schema: TableSchema,
    *,
    attacks: Literal["quick", "all"] | Collection[str] = "quick",
    sensitive: Collection[Hashable] | None = None,
    random_state: int = 0,
) -> tuple[AttackResult, ...]:
    """Attack a synthetic table.

    Parameters
    ----------
    train : DataFrame
        The real rows that the generator saw.
    synthetic : DataFrame
        The rows that are attacked, with the columns of `train`.
    holdout : DataFrame or None
        Real rows that it never saw. Training rows and holdout must be a random split of
        one table. Without it nothing can be judged: every attack says so.
    schema : TableSchema
        What the columns of `train` mean; identifiers and text are left out.
    attacks : {"quick", "all"} or collection of names in `ATTACKS`, default "quick"
        Which attacks to run. `"quick"` leaves the models of attribute inference out,
        and guesses five columns by the nearest row: those whose commonest value is
        rarest.
    sensitive : collection of column names, optional
        The columns that attribute inference guesses, instead of those five or, with
        `"all"` or names, of every column.
    random_state : int, default 0
        Seed of everything that is drawn.

    Returns
    -------
    tuple of AttackResult
        In the order of `ATTACKS`. Give it to `judge_privacy`: single p-values are not
        corrected for the number of attacks.

    Raises
    ------
    ParameterError
        If an attack or a sensitive column is unknown.
    InputError
        If a table holds cells that cannot be compared with the training table's.

    Examples
    --------
    >>> import numpy as np
    >>> from synthgan.schema import infer_schema
    >>> x = np.random.default_rng(0).normal(size=(400, 3))
    >>> real = pd.DataFrame(x, columns=["a", "b", "c"])
    >>> train, holdout = real[:200], real[200:]
    >>> (share,) = run_attacks(
    ...     train, train, holdout, infer_schema(train), attacks=["dcr_share"]
    ... )
    >>> share.figure, share.p_value < 1e-6
    (1.0, True)
    """
    chosen = choose_attacks(attacks)
    if holdout is None:
        return _none_judged(chosen, NO_HOLDOUT)
    is_quick = isinstance(attacks, str) and attacks == "quick" and sensitive is None
    tables = AttackTables.prepare(
        train,
        synthetic,
        holdout,
        schema,
        random_state,
        sensitive=sensitive,
        max_sensitive=N_QUICK_SENSITIVE if is_quick else None,
    )
    if tables.reason:
        return _none_judged(chosen, tables.reason)
    return tuple(
        result
        for attack in chosen.values()
        for result in attack.run(tables, random_state)
    )


def choose_attacks(
    attacks: Literal["quick", "all"] | Collection[str],
) -> dict[str, Attack]:
    """Return the attacks that are meant, in the order of `ATTACKS`.

    Raises
    ------
    ParameterError
        If one is unknown.

    Examples
    --------
    >>> list(choose_attacks(["linkability", "dcr_share"]))
    ['dcr_share', 'linkability']
    """
    if isinstance(attacks, str) and attacks in {"quick", "all"}:
        return {
            name: attack
            for name, attack in ATTACKS.items()
            if attack.is_quick or attacks == "all"
        }
    wanted = [attacks] if isinstance(attacks, str) else list(attacks)
    unknown = [name for name in wanted if name not in ATTACKS]
    if unknown:
        msg = (
            f"attacks: expected 'quick', 'all' or names out of {list(ATTACKS)!r}, got "
            f"{unknown!r}"
        )
        raise ParameterError(msg)
    return {name: attack for name, attack in ATTACKS.items() if name in wanted}


def _none_judged(attacks: dict[str, Attack], reason: str) -> tuple[AttackResult, ...]:
    return tuple(AttackResult.not_judged(name, reason) for name in attacks)
