"""What a notebook's kernel does, for a page: run cells, show values, tell what went wrong."""

from page_kernel.kernel import begin, hear, reset, run, wants
from page_kernel.show import hint

__all__ = ["begin", "hear", "hint", "reset", "run", "wants"]
