"""``conv2d``: the forward pass, judged by ``cnnlib``'s own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.exercises._conv_cases import IMAGES
from cnnlib.check.forbidden import CONVOLUTIONS
from cnnlib.check.other_calls import CHANNELS_FIRST
from cnnlib.check.window import USUAL, Pair, Slide, pair
from cnnlib.check.wiring import conv_forward
from cnnlib.ops import conv2d
from cnnlib.ops._forbidden import forbid_during_check
from cnnlib.trace import trace_conv2d


def cases(seed: int) -> list[Case]:
    """Return the cases of ``conv2d``."""
    found = []
    for number, geometry in enumerate(IMAGES):
        arrays = geometry.arrays(seed, number)
        bias = arrays["b"] if number else None
        found.append(geometry.case(x=arrays["x"], w=arrays["w"], b=bias))
    return found


@forbid_during_check("checker")
def expected(case: Case) -> dict[str, Array]:
    """Return the right output."""
    return {"z": conv2d(*case.arrays.values(), **case.options)}


@dataclass(frozen=True, eq=False)
class Forward:
    """A forward pass whose every number can be set wrong."""

    x: Array
    w: Array
    b: Array
    slide: Slide
    asked: Pair
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case) -> Forward:
        """Read the arguments of a case."""
        x, w = (np.asarray(case[name], float) for name in ("x", "w"))
        bias = np.zeros(w.shape[3]) if case["b"] is None else case["b"]
        s, p, d = (pair(case.options.get(name, value)) for name, value in USUAL.items())
        out = conv2d(x, w, **case.options).shape[1:3]
        return cls(x, w, bias, Slide(w.shape[:2], out, s, d, p), s)

    def but(self, **changed: Pair) -> Forward:
        """Return the same pass with its windows elsewhere."""
        return replace(self, slide=replace(self.slide, **changed))

    def z(self) -> Array:
        """Return the output."""
        z = self.slide.correlate(self.x, self.w) + self.b
        return reduce(lambda found, finish: finish(found), self.after, z)


Change = Callable[[Forward], Forward]


def _kernel(turn: Callable[[Array], Array]) -> Change:
    return lambda f: replace(f, w=turn(f.w))


def _bias(times: Callable[[Forward], float]) -> Change:
    return lambda f: replace(f, b=f.b * times(f))


def _then(finish: Callable[[Array], Array]) -> Change:
    return lambda f: replace(f, after=(*f.after, finish))


def _last(w: Array, axis: int) -> Array:
    place = np.arange(w.shape[axis]) == w.shape[axis] - 1
    return w * place.reshape([-1 if a == axis else 1 for a in range(4)])


def _first(w: Array, axis: int) -> Array:
    return np.flip(_last(np.flip(w, axis), axis), axis)


def _without_padding(f: Forward) -> Forward:
    """Windows as far as they fit into the unpadded image."""
    sizes = zip(f.x.shape[1:3], f.slide.span, f.slide.stride, strict=True)
    rows, columns = ((n - k) // s + 1 for n, k, s in sizes)
    return f.but(padding=(0, 0), out=(rows, columns))


def _fewer(rows: int, columns: int) -> Change:
    return lambda f: f.but(out=(f.slide.out[0] - rows, f.slide.out[1] - columns))


MISTAKES: tuple[tuple[str, Change], ...] = (
    ("kernel-rotated-forward", _kernel(lambda w: w[::-1, ::-1])),
    ("kernel-rotated-forward", _kernel(lambda w: w[::-1])),
    ("kernel-rotated-forward", _kernel(lambda w: w[:, ::-1])),
    ("rows-columns-swapped", _kernel(lambda w: w.swapaxes(0, 1))),
    ("rows-columns-swapped", _then(lambda z: z.swapaxes(1, 2))),
    ("kernel-turned-90", _kernel(lambda w: np.rot90(w, 1))),
    ("kernel-turned-90", _kernel(lambda w: np.rot90(w, 3))),
    ("channels-flipped", _kernel(lambda w: w[:, :, ::-1])),
    ("channels-flipped", _kernel(lambda w: w[:, :, ::-1, ::-1])),
    ("channels-flipped", _kernel(np.flip)),
    ("channels-not-swapped", _kernel(lambda w: w.swapaxes(2, 3))),
    ("column-order", _kernel(lambda w: _columns(w, (2, 0, 1)))),
    ("column-order", _kernel(lambda w: _columns(w, (1, 0, 2)))),
    ("reshaped-not-transposed", _kernel(lambda w: _as_rows(w))),
    ("stride-twice", lambda f: _every_stride(f)),
    ("read-and-written-alike", lambda f: _every_stride(f.but(stride=(1, 1)))),
    ("rows-columns-swapped", lambda f: f.but(stride=f.slide.stride[::-1])),
    ("rows-columns-swapped", lambda f: f.but(padding=f.slide.padding[::-1])),
    ("stride-ignored-forward", lambda f: f.but(stride=(1, 1))),
    ("stride-ignored-forward", lambda f: _all_windows(f)),
    ("dilation-ignored-forward", lambda f: f.but(dilation=(1, 1))),
    (
        "stride-and-dilation-swapped",
        lambda f: f.but(stride=f.slide.dilation, dilation=f.slide.stride),
    ),
    ("padding-ignored", _without_padding),
    ("padding-at-one-end", lambda f: f.but(padding=(0, 0))),
    (
        "padding-at-one-end",
        lambda f: f.but(padding=(2 * f.slide.padding[0], 2 * f.slide.padding[1])),
    ),
    ("output-too-small", _fewer(1, 1)),
    ("output-too-small", _fewer(1, 0)),
    ("output-too-small", _fewer(0, 1)),
    ("windows-missed", _then(lambda z: _blank(z, -1, slice(None)))),
    ("windows-missed", _then(lambda z: _blank(z, slice(None), -1))),
    ("windows-missed", _then(lambda z: _blank(_blank(z, slice(None), -1), -1, slice(None)))),
    ("taps-missed", _kernel(lambda w: w * _kept(w))),
    ("bias-missing", _bias(lambda f: 0.0)),
    ("bias-added-often", _bias(lambda f: f.w[..., 0].size)),
    ("bias-added-often", _bias(lambda f: f.w.shape[2])),
    ("bias-added-often", _bias(lambda f: f.w[:, :, 0, 0].size)),
    ("bias-subtracted", _bias(lambda f: -1.0)),
    ("averaged-forward", lambda f: replace(f, w=f.w / f.w[..., 0].size)),
    ("averaged-forward", lambda f: replace(f, w=f.w / f.w.shape[2])),
    ("averaged-forward", lambda f: replace(f, w=f.w / f.w[:, :, 0, 0].size)),
    ("channels-missed", _kernel(lambda w: _first(w, 2))),
    ("overwritten", _kernel(lambda w: _last(w, 2))),
    ("overwritten", _kernel(lambda w: _last(_last(w, 0), 1))),
    ("overwritten", _kernel(lambda w: _last(_last(_last(w, 0), 1), 2))),
    ("first-example-only", _then(lambda z: z * (np.arange(len(z)) == 0)[:, None, None, None])),
    ("first-example-only", _then(lambda z: z[:1])),
    *(
        (
            "shifted-by-one",
            lambda f, r=r, c=c: f.but(padding=(f.slide.padding[0] + r, f.slide.padding[1] + c)),
        )
        for r in (-1, 0, 1)
        for c in (-1, 0, 1)
        if r or c
    ),
)


def _all_windows(f: Forward) -> Forward:
    """Windows one step apart, as many as fit."""
    sizes = zip(f.x.shape[1:3], f.slide.padding, f.slide.span, strict=True)
    rows, columns = (n + 2 * p - k + 1 for n, p, k in sizes)
    return f.but(stride=(1, 1), out=(rows, columns))


def _blank(z: Array, rows: int | slice, columns: int | slice) -> Array:
    z = z.copy()
    z[:, rows, columns] = 0
    return z


def _kept(w: Array) -> Array:
    rows, columns = np.indices(w.shape[:2])
    return ((rows < w.shape[0] - 1) & (columns < w.shape[1] - 1))[:, :, None, None]


def _columns(w: Array, order: Pair | tuple[int, int, int]) -> Array:
    """Read the rows of w as if taps and channels came in another order."""
    kh, kw, c, k = w.shape
    sizes = (kh, kw, c)
    read = w.reshape(*(sizes[axis] for axis in order), k)
    return read.transpose(*np.argsort(order), 3)


def _as_rows(w: Array) -> Array:
    """Read the memory of w as one row for each filter."""
    kh, kw, c, k = w.shape
    return w.reshape(k, kh, kw, c).transpose(1, 2, 3, 0)


def _every_stride(f: Forward) -> Forward:
    """Write every stride-th row and column alone."""
    rows, columns = f.slide.stride if f.slide.stride != (1, 1) else f.asked

    def kept(z: Array) -> Array:
        mask = np.zeros(z.shape)
        mask[:, ::rows, ::columns] = 1
        return z * mask

    return replace(f, after=(*f.after, kept))


def _candidate(cause: str, change: Change) -> Candidate:
    return Candidate(cause, "z", lambda case: change(Forward.of(case)).z())


EXERCISE = Exercise(
    name="conv2d",
    signature="conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1)",
    parts=("z",),
    like={},
    cases=cases,
    expected=expected,
    candidates=tuple(_candidate(*row) for row in MISTAKES),
    defaults=USUAL,
    optional=("dilation",),
    forbidden=CONVOLUTIONS,
    wiring=conv_forward(),
    others=(CHANNELS_FIRST,),
    trace=lambda case, part: trace_conv2d(*case.arrays.values(), **case.options),
)
