"""The part of IPython that cells of a page use: showing things."""

from typing import Any


def get_ipython() -> Any:
    """Return None: there is no IPython in a page."""
    return None
