"""`Noise`: the random numbers that rows are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: The largest float32 below one.
_BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))


@dataclass(frozen=True, eq=False)
class Noise:
    """What a generator turns into rows; the same noise is the same rows.

    Parameters
    ----------
    latent : ndarray of float32, shape (n, latent_dim)
        Standard normal.
    uniforms : ndarray of float32 in [0, 1), shape (n, n_uniforms)
        Each of the first ones picks the code of a softmax block.
    """

    latent: np.ndarray
    uniforms: np.ndarray

    @classmethod
    def draw(
        cls, rng: np.random.Generator, n_rows: int, latent_dim: int, n_uniforms: int
    ) -> Noise:
        """Draw the noise of some rows."""
        latent = rng.standard_normal((n_rows, latent_dim), dtype=np.float32)
        return cls(latent, rng.random((n_rows, n_uniforms), dtype=np.float32))

    def take(self, rows: np.ndarray | slice) -> Noise:
        """Return that of some rows, by their places."""
        return Noise(self.latent[rows], self.uniforms[rows])

    def replace(self, where: np.ndarray, other: Noise) -> Noise:
        """Return other rows' where a mask says so; all are of one length."""
        where = where[:, None]
        return Noise(
            np.where(where, other.latent, self.latent),
            np.where(where, other.uniforms, self.uniforms),
        )

    def move(self, fresh: Noise, size: float) -> Noise:
        r"""Move each row's noise a step, so that its distribution stays what it is.

        Parameters
        ----------
        fresh : Noise of as many rows
            Freshly drawn.
        size : float in (0, 1]
            With 1 nothing is left of the old noise.

        Notes
        -----
        A latent z becomes :math:`\sqrt{1 - s^2} z + s z'`, the preconditioned
        Crank-Nicolson proposal, and a uniform number u moves on the circle, to
        :math:`u + s (u' - 1/2)` modulo 1. Both steps are as likely backwards.

        References
        ----------
        S. L. Cotter, G. O. Roberts, A. M. Stuart, D. White, "MCMC methods for
        functions: modifying old algorithms to make them faster", Statistical Science
        28, 2013.

        Examples
        --------
        >>> old, new = (Noise(np.full((1, 1), z), np.full((1, 1), 0.9)) for z in (1, 2))
        >>> moved = old.move(new, 0.6)
        >>> moved.latent.round(2).tolist(), moved.uniforms.round(2).tolist()
        ([[2.0]], [[0.14]])
        """
        kept = np.float32(np.sqrt(1 - size**2))
        step = np.float32(size)
        latent = kept * self.latent + step * fresh.latent
        uniforms = (self.uniforms + step * (fresh.uniforms - np.float32(0.5))) % 1
        return Noise(latent, np.minimum(uniforms, _BELOW_ONE))
