"""Widgets: views of a trace that run live in Jupyter and without a kernel in a built page."""

from cnnlib.widgets.digit_explorer import DigitExplorer
from cnnlib.widgets.network_view import NetworkView
from cnnlib.widgets.nudge_view import NudgeView
from cnnlib.widgets.softmax_view import SoftmaxView
from cnnlib.widgets.trace_view import TraceView
from cnnlib.widgets.training_replay import TrainingReplay, snapshots
from cnnlib.widgets.wave_view import WaveView

__all__ = [
    "DigitExplorer",
    "NetworkView",
    "NudgeView",
    "SoftmaxView",
    "TraceView",
    "TrainingReplay",
    "WaveView",
    "snapshots",
]
