"""Mistakes that were published or asked about, written anew: convolution."""

from __future__ import annotations

import numpy as np

from tests.check.cases.collect import case


def _correlate(image, kernel):
    """Slide one kernel over one image, as libraries do."""
    seen = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", seen, kernel)


def _convolve(image, kernel):
    """Convolve in full, which flips the kernel."""
    rows, columns = kernel.shape[0] - 1, kernel.shape[1] - 1
    return _correlate(np.pad(image, ((rows, rows), (columns, columns))), kernel[::-1, ::-1])


@case("conv2d_backward", dx="kernel-not-rotated")
def stamps_the_flipped_kernel(delta, x, w, *, stride=1, padding=0):
    """Scatter loop stamps the FLIPPED kernel into dx (tutorial repository)."""
    kh, kw, c_in, c_out = w.shape
    n, oh, ow, _ = delta.shape
    xp = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0))).astype(float)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for i in range(oh):
        for j in range(ow):
            r, c = i * stride, j * stride
            patch = xp[:, r : r + kh, c : c + kw, :]
            for k in range(c_out):
                d = delta[:, i, j, k][:, None, None, None]
                dw[..., k] += (patch * d).sum(axis=0)
                dxp[:, r : r + kh, c : c + kw, :] += d * np.flip(w[..., k], axis=(0, 1))
    h, wd = x.shape[1:3]
    return dxp[:, padding : padding + h, padding : padding + wd], dw, delta.sum(axis=(0, 1, 2))


def _windows_at(a, shape, kh, kw, pad_h, pad_w, s):
    if pad_h > 0 or pad_w > 0:
        a = np.pad(a, ((0, 0), (max(pad_h, 0),) * 2, (max(pad_w, 0),) * 2, (0, 0)))
    a = a[:, -pad_h if pad_h < 0 else 0 :, -pad_w if pad_w < 0 else 0 :].copy()
    sn, sh, sw, sc = a.strides
    n, oh, ow, c = shape
    return np.lib.stride_tricks.as_strided(
        a, (n, oh, ow, kh, kw, c), (sn, sh * s, sw * s, sh, sw, sc)
    )


@case("conv2d_backward", dx="not-repeatable", dw="divided-by-batch", db="divided-by-batch")
def windows_beyond_the_memory(delta, x, w, *, stride=1, padding=0):
    """As_strided windows over a delta that is too short: reads whatever lies behind it in memory."""
    kh, kw, c_in, c_out = w.shape
    m, h, wd, _ = x.shape
    wide = delta
    for axis in (1, 2):
        gaps = list(range(1, wide.shape[axis])) * (stride - 1)
        wide = np.insert(wide, sorted(gaps), 0, axis=axis)
    seen = _windows_at(wide, (m, h, wd, c_out), kh, kw, kh - 1 - padding, kw - 1 - padding, 1)
    dx = np.einsum("nijabk,abck->nijc", seen, np.rot90(w, 2, axes=(0, 1)))
    xs = _windows_at(
        np.asarray(x, float), (m, *delta.shape[1:3], c_in), kh, kw, padding, padding, stride
    )
    dw = np.einsum("nijabc,nijk->abck", xs, delta) / m
    return dx, dw, delta.sum(axis=(0, 1, 2)) / m


@case("conv2d", z="read-and-written-alike")
def reads_and_writes_at_one_index(x, w, b=None, *, stride=1, padding=0):
    """Forward: loop over rows in steps of stride, read and write at the same index."""
    kh, kw, _, c_out = w.shape
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    oh, ow = (xp.shape[1] - kh) // stride + 1, (xp.shape[2] - kw) // stride + 1
    z = np.zeros((len(x), oh, ow, c_out))
    for r in range(0, oh, stride):
        for c in range(0, ow, stride):
            z[:, r, c] = np.tensordot(xp[:, r : r + kh, c : c + kw], w, 3)
            if b is not None:
                z[:, r, c] += b
    return z


@case("conv2d", z="column-order")
def channel_major_columns(x, w, b=None, *, stride=1, padding=0):
    """Im2col fills channel-major columns, the kernel table is tap-major (forward)."""
    kh, kw, c, k = w.shape
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    oh, ow = (xp.shape[1] - kh) // stride + 1, (xp.shape[2] - kw) // stride + 1
    col = np.zeros((len(x), oh, ow, kh * kw * c))
    for a in range(kh):
        for t in range(kw):
            col[..., a * kw + t :: kh * kw] = xp[
                :, a : a + stride * oh : stride, t : t + stride * ow : stride
            ][:, :oh, :ow]
    z = col.reshape(-1, kh * kw * c) @ w.reshape(-1, k)
    z = z.reshape(len(x), oh, ow, k)
    return z if b is None else z + b


@case("conv2d_backward", dx="column-order", dw="column-order")
def channel_major_columns_back(delta, x, w, *, stride=1, padding=0):
    """Im2col fills channel-major columns, the kernel table is tap-major (backward)."""
    kh, kw, c, k = w.shape
    n, oh, ow, _ = delta.shape
    p, s = padding, stride
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    col = np.zeros((n, oh, ow, kh * kw * c))
    for a in range(kh):
        for t in range(kw):
            col[..., a * kw + t :: kh * kw] = xp[:, a : a + s * oh : s, t : t + s * ow : s][
                :, :oh, :ow
            ]
    d = delta.reshape(-1, k)
    dw = (col.reshape(-1, kh * kw * c).T @ d).reshape(w.shape)
    dcol = (d @ w.reshape(-1, k).T).reshape(n, oh, ow, -1)
    dxp = np.zeros(xp.shape)
    for a in range(kh):
        for t in range(kw):
            dxp[:, a : a + s * oh : s, t : t + s * ow : s][:, :oh, :ow] += dcol[
                ..., a * kw + t :: kh * kw
            ]
    return dxp[:, p : p + x.shape[1], p : p + x.shape[2]], dw, delta.sum(axis=(0, 1, 2))


@case("conv2d_kernel_grad", dw="backward-strided")
def strides_over_the_input(delta, x, kernel_size, *, stride=1, padding=0):
    """The kernel gradient slides delta over the input in steps of the stride."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    oh, ow = delta.shape[1:3]
    s = stride
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    dw = np.zeros((kh, kw, x.shape[3], delta.shape[3]))
    for a in range(kh):
        for t in range(kw):
            cut = xp[:, a * s : a * s + oh, t * s : t * s + ow]
            d = delta[:, : cut.shape[1], : cut.shape[2]]
            dw[a, t] = np.einsum("nijc,nijk->ck", cut, d)
    return dw


@case("conv2d_input_grad", dx="backward-strided")
def strides_on_the_way_back(delta, w, input_shape, *, stride=1, padding=0):
    """Dx: delta padded by k-1, im2col with the forward stride, reshape to the input."""
    kh, kw = w.shape[:2]
    fh, fw = kh - 1 - padding, kw - 1 - padding
    big = np.pad(delta, ((0, 0), (max(fh, 0),) * 2, (max(fw, 0),) * 2, (0, 0)))
    big = big[:, max(-fh, 0) : big.shape[1] - max(-fh, 0), max(-fw, 0) : big.shape[2] - max(-fw, 0)]
    turned = np.flipud(np.fliplr(w)).swapaxes(2, 3)
    v = np.lib.stride_tricks.sliding_window_view(big, (kh, kw), (1, 2))[:, ::stride, ::stride]
    return np.einsum("nijkab,abkc->nijc", v, turned).reshape(input_shape)


@case("conv2d_backward", db="divided-by-batch")
def only_the_bias_averaged(delta, x, w, *, stride=1, padding=0):
    """The bias gradient is divided by the batch, the kernel gradient is not."""
    kh, kw, c, k = w.shape
    n, oh, ow, _ = delta.shape
    p = padding
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for i in range(oh):
        for j in range(ow):
            cut = np.s_[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            d = delta[:, i : i + 1, j : j + 1, None, :]
            dxp[cut] += (w[None] * d).sum(axis=4)
            dw += (xp[cut][..., None] * d).sum(axis=0)
    return dxp[:, p : p + x.shape[1], p : p + x.shape[2]], dw, delta.sum(axis=(0, 1, 2)) / n


@case("conv2d_input_grad", dx="rows-columns-swapped")
def columns_padded_like_rows(delta, w, input_shape, *, stride=1, padding=0):
    """The padding of delta's columns computed from the number of rows."""
    kh, kw = w.shape[:2]
    n, h, wd, _ = input_shape
    oh, ow = delta.shape[1:3]
    big = np.zeros((n, (oh - 1) * stride + 1, (ow - 1) * stride + 1, delta.shape[3]))
    big[:, ::stride, ::stride] = delta
    top, left = kh - 1 - padding, kw - 1 - padding
    bottom = h + kh - 1 - top - big.shape[1]
    right = wd + kw - 1 - left - big.shape[1]  # the slip: [1] is the height

    def grow(a, before, after, axis):
        width = [(0, 0)] * 4
        width[axis] = (max(before, 0), max(after, 0))
        a = np.pad(a, width)
        return np.take(a, range(max(-before, 0), a.shape[axis] - max(-after, 0)), axis)

    big = grow(grow(big, top, bottom, 1), left, right, 2)
    v = np.lib.stride_tricks.sliding_window_view(big, (kh, kw), (1, 2))
    return np.einsum("nijkab,abck->nijc", v, w[::-1, ::-1])


@case("conv2d_backward", dw="shapes-clash")
def dot_for_product(delta, x, w, *, stride=1, padding=0):
    """Np.dot where the formula has a product, cell by cell."""
    kh, kw, c_in, c_out = w.shape
    n, oh, ow, _ = delta.shape
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(c_out)
    for m in range(n):
        for h in range(oh):
            for v in range(ow):
                for k in range(c_out):
                    a_slice = xp[m, h * stride : h * stride + kh, v * stride : v * stride + kw]
                    dxp[m, h, v, :] += np.dot(w[h % kh, v % kw, :, k], delta[m, h, v, k])
                    dw[:, :, :, k] += np.dot(a_slice[:, :, 0], delta[m, :, :, k])
                    db[k] += delta[m, h, v, k]
    return dxp[:, padding : padding + x.shape[1], padding : padding + x.shape[2]], dw, db


@case("conv2d", z="bias-added-often")
def bias_for_every_channel(x, w, b=None, *, stride=1, padding=0):
    """The bias is added once for every input channel."""
    kh, kw, c, K = w.shape
    b = np.zeros(K) if b is None else b
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    oh, ow = (xp.shape[1] - kh) // stride + 1, (xp.shape[2] - kw) // stride + 1
    z = np.zeros((len(x), oh, ow, K))
    for m in range(len(x)):
        for k in range(K):
            for d in range(c):
                z[m, :, :, k] += (
                    _correlate(xp[m, :, :, d], w[:, :, d, k])[::stride, ::stride] + b[k]
                )
    return z


@case("conv2d_backward", dx="loops-over-input")
def loops_over_the_input(delta, x, w, *, stride=1, padding=0):
    """Backward loops over the input's rows, not over the output's."""
    kh, kw, c, K = w.shape
    n, h, wd, _ = x.shape
    p = padding
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(K)
    for m in range(n):
        for i in range(h):
            for j in range(wd):
                for k in range(K):
                    cut = np.s_[m, i * stride : i * stride + kh, j * stride : j * stride + kw]
                    dxp[cut] += w[..., k] * delta[m, i, j, k]
                    dw[..., k] += xp[cut] * delta[m, i, j, k]
                    db[k] += delta[m, i, j, k]
    return dxp[:, p:-p, p:-p], dw, db


@case("conv2d_backward", db="bias-not-summed")
def a_bias_for_every_position(delta, x, w, *, stride=1, padding=0):
    """Bias of every position its own: db = delta, kept in the shape of the output."""
    kh, kw, c, k = w.shape
    n, oh, ow, _ = delta.shape
    p, s = padding, stride
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for a in range(kh):
        for b in range(kw):
            cut = np.s_[:, a : a + s * (oh - 1) + 1 : s, b : b + s * (ow - 1) + 1 : s]
            dw[a, b] = np.einsum("nijc,nijk->ck", xp[cut], delta)
            dxp[cut] += delta @ w[a, b].T
    return dxp[:, p : p + x.shape[1], p : p + x.shape[2]], dw, delta


@case("conv2d_input_grad", dx="kernel-not-rotated")
def two_flips(delta, w, input_shape, *, stride=1, padding=0):
    """Kernel flipped AND a library's convolution, which flips too."""
    kh, kw, c_in, c_out = w.shape
    n, h, wd, _ = input_shape
    big = np.zeros((n, h + 2 * padding - kh + 1, wd + 2 * padding - kw + 1, c_out))
    big[:, ::stride, ::stride][:, : delta.shape[1], : delta.shape[2]] = delta
    dx = np.zeros((n, h + 2 * padding, wd + 2 * padding, c_in))
    for m, c, k in np.ndindex(n, c_in, c_out):
        dx[m, :, :, c] += _convolve(big[m, :, :, k], np.rot90(w[:, :, c, k], 2))
    return dx[:, padding : padding + h, padding : padding + wd]
