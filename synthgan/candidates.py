"""The types of what makes candidates, and of what makes rows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from synthgan.encoders import EncodedTable

#: Makes candidate k of all rows of a block; it is called for 0, 1, 2 … in turn.
MakeCandidate: TypeAlias = Callable[[int], EncodedTable]
#: Makes a block of rows out of candidates.
Choose: TypeAlias = Callable[[MakeCandidate, np.random.Generator], EncodedTable]
