"""Mistakes that were published or asked about, written anew: pooling."""

from __future__ import annotations

import numpy as np

from tests.check.cases.collect import case


@case("avg_pool2d_backward", dx="average-not-divided")
def blown_up_and_not_divided(delta, x, kernel_size, *, stride=None, padding=0):
    """Average pool blown up, never divided (batch code with reshape tricks)."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    n, oh, ow, c = delta.shape
    up = np.stack([delta] * (kh * kw)).reshape(kh, kw, n, oh, ow, c)
    return up.transpose(2, 3, 0, 4, 1, 5).reshape(n, oh * kh, ow * kw, c)


@case("max_pool2d_backward", dx="rows-columns-swapped")
def height_named_width(delta, x, kernel_size, *, stride=None, padding=0):
    """N, d, w, h = X.shape: height and width change names on the way back."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p = padding
    n, width, height, ch = x.shape  # the slip
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    cols = np.lib.stride_tricks.sliding_window_view(xp, (kh, kw), (1, 2))[:, ::sh, ::sw]
    win = cols.reshape(*delta.shape, -1).argmax(-1)
    dx = np.zeros((n, height + 2 * p, width + 2 * p, ch))
    N, I, J, C = np.indices(delta.shape)
    np.add.at(dx, (N, I * sh + win // kw, J * sw + win % kw, C), delta)
    return dx[:, p : p + height, p : p + width].reshape(x.shape)


@case("max_pool2d_backward", dx="overwritten")
def assigns_in_overlaps(delta, x, kernel_size, *, stride=None, padding=0):
    """Max pool assigns, and int(row) dies on a tie."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dx = np.zeros(xp.shape)
    for n in range(len(x)):
        for c in range(x.shape[3]):
            for i in range(delta.shape[1]):
                for j in range(delta.shape[2]):
                    t = xp[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
                    row, col = np.where(t == np.max(t))
                    dx[n, i * sh + int(row.item()), j * sw + int(col.item()), c] = delta[n, i, j, c]
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]


@case("max_pool2d_backward", dx="first-window-only")
def returns_one_tab_too_deep(delta, x, kernel_size, *, stride=None, padding=0):
    """Return one tab too deep: the pool pays its first window only."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    dx = np.zeros(x.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            patch = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            best = np.amax(patch, axis=(1, 2), keepdims=True)
            for a in range(patch.shape[1]):
                for b in range(patch.shape[2]):
                    hit = patch[:, a, b] == best[:, 0, 0]
                    dx[:, i * sh + a, j * sw + b] = np.where(
                        hit, delta[:, i, j], dx[:, i * sh + a, j * sw + b]
                    )
        return dx


@case("max_pool2d_backward", dx="ties-all-paid")
def pays_every_tie(delta, x, kernel_size, *, stride=None, padding=0):
    """Every pixel that equals the maximum is copied the gradient."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dx = np.zeros(xp.shape)
    for m, i, j, c in np.ndindex(*delta.shape):
        region = xp[m, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        top = np.amax(region)
        for a, b in np.ndindex(*region.shape):
            if region[a, b] == top:
                dx[m, i * sh + a, j * sw + b, c] += delta[m, i, j, c]
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]


@case(
    "avg_pool2d_backward", dx="every case with windows of another size than 2 fails, and no other"
)
def a_2_written_into_it(delta, x, kernel_size, *, stride=None, padding=0):
    """Average pool with a 2 written into it."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p = padding
    dx = np.zeros((len(x), x.shape[1] + 2 * p, x.shape[2] + 2 * p, x.shape[3]))
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            da = delta[:, i, j, :][:, None, None, :]
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += (
                np.repeat(np.repeat(da, 2, axis=1), 2, axis=2) / kh / kw
            )
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]
