"""Widgets: views of a trace that run live in Jupyter and without a kernel in a built page."""

from cnnlib.widgets.trace_view import TraceView

__all__ = ["TraceView"]
