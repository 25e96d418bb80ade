"""As in the real package: the bar that suits the place, here the page."""

from tqdm import tqdm, trange

__all__ = ["tqdm", "trange"]
