"""The mistakes that can be named, listed: all of them, or those of an exercise."""

from __future__ import annotations

from cnnlib.check import exercises
from cnnlib.check.causes import CATALOGUE


def causes(exercise: str | None = None) -> dict[str, str]:
    """Return the words of every mistake that can be named, by id.

    Parameters
    ----------
    exercise : str, optional
        Only those that are possible there, in its own words: ``"dense_backward"``.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> causes()["dw-rotated"]
    'dw comes out rotated by 180°'
    >>> "dw-rotated" in causes("dense_backward")
    False
    """
    if exercise is None:
        return {cause.id: cause.words for cause in CATALOGUE.values()}
    possible = exercises.by_name(exercise).causes()
    return {name: CATALOGUE[name].within(exercise).words for name in possible}
