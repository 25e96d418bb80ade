"""Learning rates that fall: large steps to get there, small ones to settle.

A schedule maps the part of the training that is done, from 0 at the first epoch to just below 1 at
the last, to a factor on the learning rate the optimizer was built with.
"""

from __future__ import annotations

import math


def constant(done: float) -> float:
    """Keep the learning rate.

    >>> constant(0.5)
    1.0
    """
    return 1.0


def linear(done: float) -> float:
    """Fall in a straight line to 0.

    >>> linear(0.25)
    0.75
    """
    return 1.0 - done


def cosine(done: float) -> float:
    """Fall to 0 along half a cosine wave: slowly at first and at the end.

    >>> [round(cosine(done), 2) for done in (0, 0.25, 0.5, 0.75)]
    [1.0, 0.85, 0.5, 0.15]
    """
    return (1.0 + math.cos(math.pi * done)) / 2.0
