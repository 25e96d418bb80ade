"""What a notebook's kernel does, for a page: run cells, show values, tell what went wrong."""

from page_kernel.kernel import begin, hear, reset, run, wants

__all__ = ["begin", "hear", "reset", "run", "wants"]
