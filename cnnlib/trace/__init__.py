"""Operations spelt out: the table of product terms that every pass, picture and check is read from.

``rule`` → ``expand`` → ``terms`` → ``trace``: a rule is one line of index arithmetic, written out
it is the table of terms, and a :class:`Trace` is that table with its arrays. ``backward`` is the
same table, regrouped.
"""

from typing import TYPE_CHECKING, Any

from cnnlib.trace import elementwise
from cnnlib.trace._check import MAX_TERMS
from cnnlib.trace.chain import Chain, compose
from cnnlib.trace.conv import trace_conv1d, trace_conv2d
from cnnlib.trace.conv_transpose import trace_conv2d_transpose
from cnnlib.trace.dense import trace_bias, trace_dense, trace_flatten
from cnnlib.trace.elementwise import *  # noqa: F403
from cnnlib.trace.pool import trace_avg_pool2d, trace_global_avg_pool2d, trace_max_pool2d
from cnnlib.trace.rule import AffineIndex, Dim, Group, IndexRule, Rule, TermGroup
from cnnlib.trace.softmax import trace_softmax, trace_softmax_cross_entropy
from cnnlib.trace.terms import Term, Terms
from cnnlib.trace.trace import Trace

__all__ = [
    "MAX_TERMS",
    "Chain",
    "AffineIndex",
    "Dim",
    "Group",
    "IndexRule",
    "Rule",
    "TermGroup",
    "Term",
    "Terms",
    "Trace",
    "compose",
    "trace_avg_pool2d",
    "trace_bias",
    "trace_conv1d",
    "trace_conv2d",
    "trace_conv2d_transpose",
    "trace_dense",
    "trace_flatten",
    "trace_global_avg_pool2d",
    "trace_max_pool2d",
    "trace_softmax",
    "trace_softmax_cross_entropy",
    *elementwise.__all__,
]

if TYPE_CHECKING:  # a tracer is made for each activation there is

    def __getattr__(name: str) -> Any: ...
