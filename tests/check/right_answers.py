"""Right answers in the styles of well-known courses and books: none may raise an alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import cnnlib

RIGHT: dict[str, tuple[str, Callable[..., Any]]] = {}


def right(exercise: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a right answer down."""

    def put_down(function: Callable[..., Any]) -> Callable[..., Any]:
        RIGHT[function.__name__] = (exercise, function)
        return function

    return put_down


# --- cs231n / hipsternet: index arrays k, i, j in NCHW, np.add.at
def _indices(shape, kh, kw, p, s):
    N, C, H, W = shape
    oh, ow = (H + 2 * p - kh) // s + 1, (W + 2 * p - kw) // s + 1
    i0 = np.tile(np.repeat(np.arange(kh), kw), C)
    i1 = s * np.repeat(np.arange(oh), ow)
    j0 = np.tile(np.arange(kw), kh * C)
    j1 = s * np.tile(np.arange(ow), oh)
    return np.repeat(np.arange(C), kh * kw)[:, None], i0[:, None] + i1, j0[:, None] + j1


@right("conv2d_backward")
def cs231n_indices(delta, x, w, *, stride=1, padding=0):
    X, W, D = x.transpose(0, 3, 1, 2), w.transpose(3, 2, 0, 1), delta.transpose(0, 3, 1, 2)
    F, C, kh, kw = W.shape
    N = len(X)
    k, i, j = _indices(X.shape, kh, kw, padding, stride)
    xp = np.pad(X, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    cols = xp[:, k, i, j].transpose(1, 2, 0).reshape(kh * kw * C, -1)
    d = D.transpose(1, 2, 3, 0).reshape(F, -1)
    dW = (d @ cols.T).reshape(W.shape)
    dcols = (W.reshape(F, -1).T @ d).reshape(kh * kw * C, -1, N).transpose(2, 0, 1)
    dxp = np.zeros(xp.shape)
    np.add.at(dxp, (slice(None), k, i, j), dcols)
    dx = dxp[:, :, padding : padding + X.shape[2], padding : padding + X.shape[3]]
    return dx.transpose(0, 2, 3, 1), dW.transpose(2, 3, 1, 0), D.sum((0, 2, 3))


# --- deep-learning-from-scratch: im2col with stride-1 extra rows
@right("conv2d_backward")
def oreilly_im2col(delta, x, w, *, stride=1, padding=0):
    X, W, D = x.transpose(0, 3, 1, 2), w.transpose(3, 2, 0, 1), delta.transpose(0, 3, 1, 2)
    FN, C, FH, FW = W.shape
    N, _, H, Wd = X.shape
    s, p = stride, padding
    oh, ow = D.shape[2:]
    img = np.pad(X, [(0, 0), (0, 0), (p, p), (p, p)])
    col = np.zeros((N, C, FH, FW, oh, ow))
    for y in range(FH):
        for t in range(FW):
            col[:, :, y, t] = img[:, :, y : y + s * oh : s, t : t + s * ow : s][:, :, :oh, :ow]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)
    d = D.transpose(0, 2, 3, 1).reshape(-1, FN)
    dW = (col.T @ d).transpose(1, 0).reshape(FN, C, FH, FW)
    dcol = (d @ W.reshape(FN, -1)).reshape(N, oh, ow, C, FH, FW).transpose(0, 3, 4, 5, 1, 2)
    big = np.zeros((N, C, H + 2 * p + s - 1, Wd + 2 * p + s - 1))
    for y in range(FH):
        for t in range(FW):
            big[:, :, y : y + s * oh : s, t : t + s * ow : s][:, :, :oh, :ow] += dcol[:, :, y, t]
    return (
        big[:, :, p : H + p, p : Wd + p].transpose(0, 2, 3, 1),
        dW.transpose(2, 3, 1, 0),
        d.sum(0),
    )


# --- needle / dlsys: dilate, flip, transpose, conv by as_strided, then permute for dW
def _conv(a, b):
    n, h, w, c = a.shape
    kh, kw, _, f = b.shape
    s0, s1, s2, s3 = a.strides
    v = as_strided(a, (n, h - kh + 1, w - kw + 1, kh, kw, c), (s0, s1, s2, s1, s2, s3))
    return (v.reshape(-1, kh * kw * c) @ np.ascontiguousarray(b).reshape(-1, f)).reshape(
        n, h - kh + 1, w - kw + 1, f
    )


@right("conv2d_backward")
def needle(delta, x, w, *, stride=1, padding=0):
    kh, kw, c, f = w.shape
    n, h, wd, _ = x.shape
    p = padding
    H, W = h + 2 * p - kh + 1, wd + 2 * p - kw + 1
    d = np.zeros((n, H, W, f))
    d[:, ::stride, ::stride][:, : delta.shape[1], : delta.shape[2]] = delta
    full = np.ascontiguousarray(np.pad(d, ((0, 0), (kh - 1,) * 2, (kw - 1,) * 2, (0, 0))))
    dx = _conv(full, w[::-1, ::-1].swapaxes(2, 3))[:, p : p + h, p : p + wd]
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)))
    dw = _conv(np.ascontiguousarray(xp.transpose(3, 1, 2, 0)), d.transpose(1, 2, 0, 3)).transpose(
        1, 2, 0, 3
    )
    return dx, dw, delta.sum((0, 1, 2))


# --- TheIndependentCode: scipy convolve2d / correlate2d
# --- scipy FFT


@right("conv2d_backward")
def fft(delta, x, w, *, stride=1, padding=0):
    kh, kw, c, f = w.shape
    n, h, wd, _ = x.shape
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)))
    d = np.zeros((n, h + 2 * p - kh + 1, wd + 2 * p - kw + 1, f))
    d[:, ::stride, ::stride][:, : delta.shape[1], : delta.shape[2]] = delta
    S = xp.shape[1:3]
    F = lambda a: np.fft.rfft2(a, S, axes=(0, 1))
    dx = np.stack(
        [
            np.fft.irfft2(np.einsum("abk,abck->abc", F(d[m]), F(w.astype(float))), S, axes=(0, 1))
            for m in range(n)
        ]
    )
    dw = sum(
        np.fft.irfft2(np.einsum("abc,abk->abck", F(xp[m]), np.conj(F(d[m]))), S, axes=(0, 1))
        for m in range(n)
    )[:kh, :kw]
    return dx[:, p : p + h, p : p + wd], dw, delta.sum((0, 1, 2))


# --- scipy.signal.fftconvolve
# --- the Toeplitz matrix, dense and sparse

# --- one einsum with index arrays (selection tensors)


@right("conv2d_backward")
def one_einsum(delta, x, w, *, stride=1, padding=0):
    kh, kw = w.shape[:2]
    oh, ow = delta.shape[1:3]
    h, wd = x.shape[1:3]
    R = np.array(
        [[[r == i * stride + a - padding for r in range(h)] for a in range(kh)] for i in range(oh)],
        float,
    )
    S = np.array(
        [
            [[s == j * stride + b - padding for s in range(wd)] for b in range(kw)]
            for j in range(ow)
        ],
        float,
    )
    dx = np.einsum("nijk,abck,iar,jbs->nrsc", delta, w, R, S, optimize=True)
    dw = np.einsum("nijk,nrsc,iar,jbs->abck", delta, x, R, S, optimize=True)
    return dx, dw, np.einsum("nijk->k", delta)


# --- np.tensordot, tap by tap
@right("conv2d_kernel_grad")
def taps(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = (kernel_size, kernel_size) if np.isscalar(kernel_size) else kernel_size
    p, s = padding, stride
    oh, ow = delta.shape[1:3]
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    return np.array(
        [
            [
                np.tensordot(
                    xp[:, a : a + (oh - 1) * s + 1 : s, b : b + (ow - 1) * s + 1 : s],
                    delta,
                    ((0, 1, 2), (0, 1, 2)),
                )
                for b in range(kw)
            ]
            for a in range(kh)
        ]
    )


# --- sliding_window_view + tensordot
@right("conv2d_kernel_grad")
def windows(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    v = sliding_window_view(xp, (kh, kw), (1, 2))[:, ::stride, ::stride]
    return np.tensordot(v, delta, ((0, 1, 2), (0, 1, 2))).transpose(1, 2, 0, 3)


# --- cnnlib's own forward pass, pad2d, rot180, dilate (allowed)
@right("conv2d_input_grad")
def textbook_with_cnnlib(delta, w, input_shape, *, stride=1, padding=0):
    n, h, wd, c = input_shape
    kh, kw = w.shape[:2]
    r = (h + 2 * padding - kh) % stride
    q = (wd + 2 * padding - kw) % stride
    d = cnnlib.dilate(delta, stride)
    d = np.pad(d, ((0, 0), (kh - 1, kh - 1 + r), (kw - 1, kw - 1 + q), (0, 0)))
    full = cnnlib.conv2d(d, cnnlib.rot180(w).swapaxes(2, 3))
    return full[:, padding : padding + h, padding : padding + wd]


# --- automatic trick: dw by cnnlib.conv2d with batch and channels swapped
@right("conv2d_kernel_grad")
def kernel_by_conv2d(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    d = cnnlib.dilate(delta, stride)
    xp = cnnlib.pad2d(x, padding)[:, : d.shape[1] + kh - 1, : d.shape[2] + kw - 1]
    return cnnlib.conv2d(xp.transpose(3, 1, 2, 0), d.transpose(1, 2, 0, 3)).transpose(1, 2, 0, 3)


# --- complex step / finite differences of own forward (legal: "measure")
@right("conv2d_input_grad")
def by_unit_steps(delta, w, input_shape, *, stride=1, padding=0):
    dx = np.zeros(input_shape)
    for i in np.ndindex(*input_shape[1:]):
        e = np.zeros((1, *input_shape[1:]))
        e[(0, *i)] = 1
        dx[(slice(None), *i)] = np.tensordot(
            delta, cnnlib.conv2d(e, w, stride=stride, padding=padding)[0], 3
        )
    return dx


# --- recursion over windows
@right("conv1d_backward")
def recursive(delta, x, w, *, stride=1, padding=0):
    xp = np.pad(x.astype(float), ((0, 0), (padding, padding), (0, 0)))

    def go(o):
        if o == delta.shape[1]:
            return np.zeros(xp.shape), np.zeros(w.shape)
        dx, dw = go(o + 1)
        cut = np.s_[:, o * stride : o * stride + len(w)]
        dx[cut] += np.einsum("nk,ack->nac", delta[:, o], w)
        return dx, dw + np.einsum("nac,nk->ack", xp[cut], delta[:, o])

    dx, dw = go(0)
    return dx[:, padding : padding + x.shape[1]], dw, delta.sum((0, 1))


@right("conv1d_backward")
def np_convolve(delta, x, w, *, stride=1, padding=0):
    N, L, C = x.shape
    K, _, F = w.shape
    d = np.zeros((N, L + 2 * padding - K + 1, F))
    d[:, ::stride][:, : delta.shape[1]] = delta
    xp = np.pad(x, ((0, 0), (padding,) * 2, (0, 0)))
    dx = np.array(
        [
            [sum(np.convolve(d[n, :, f], w[:, c, f], "full") for f in range(F)) for c in range(C)]
            for n in range(N)
        ]
    ).transpose(0, 2, 1)
    dw = np.array(
        [
            [
                sum(np.correlate(xp[n, :, c], d[n, :, f], "valid") for n in range(N))
                for f in range(F)
            ]
            for c in range(C)
        ]
    ).transpose(2, 0, 1)
    return dx[:, padding : padding + L], dw, d.sum((0, 1))


# --- max pools
@right("max_pool2d_backward")
def pool_mask_split(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    s = kernel_size if stride is None else stride
    sh, sw = np.broadcast_to(s, 2)
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dx = np.zeros(xp.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            v = xp[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            m = v == v.max((1, 2), keepdims=True)
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += (
                m / m.sum((1, 2), keepdims=True) * delta[:, i : i + 1, j : j + 1]
            )
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]


@right("max_pool2d_backward")
def pool_random_winner(delta, x, kernel_size, *, stride=None, padding=0):
    """another convention: a random one of the winners (as in some C++ codes); is it accepted?"""
    rng = np.random.default_rng(1)
    kh, kw = np.broadcast_to(kernel_size, 2)
    s = kernel_size if stride is None else stride
    sh, sw = np.broadcast_to(s, 2)
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dx = np.zeros(xp.shape)
    for n, i, j, c in np.ndindex(*delta.shape):
        v = xp[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        a, b = rng.permutation(np.argwhere(v == v.max()))[0]
        dx[n, i * sh + a, j * sw + b, c] += delta[n, i, j, c]
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]


@right("max_pool2d_backward")
def pool_column_major_first(delta, x, kernel_size, *, stride=None, padding=0):
    """the first in COLUMN order wins (Fortran/MATLAB/Julia habit)"""
    kh, kw = np.broadcast_to(kernel_size, 2)
    s = kernel_size if stride is None else stride
    sh, sw = np.broadcast_to(s, 2)
    p = padding
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dx = np.zeros(xp.shape)
    for n, i, j, c in np.ndindex(*delta.shape):
        v = xp[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        b, a = np.unravel_index(v.T.argmax(), v.T.shape)
        dx[n, i * sh + a, j * sw + b, c] += delta[n, i, j, c]
    return dx[:, p : p + x.shape[1], p : p + x.shape[2]]


@right("max_pool2d_backward")
def pool_keras_style_argmax_python_lists(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    sh, sw = (kh, kw) if stride is None else ((stride,) * 2 if isinstance(stride, int) else stride)
    X, D = x.tolist(), delta.tolist()
    N, H, W, C = x.shape
    out = [[[[0.0] * C for _ in range(W)] for _ in range(H)] for _ in range(N)]
    for n in range(N):
        for i in range(len(D[0])):
            for j in range(len(D[0][0])):
                for c in range(C):
                    cells = [
                        (X[n][r][s][c], -r, -s)
                        for r in range(max(i * sh - padding, 0), min(i * sh - padding + kh, H))
                        for s in range(max(j * sw - padding, 0), min(j * sw - padding + kw, W))
                    ]
                    v, r, s = max(cells)
                    out[n][-r][-s][c] += D[n][i][j][c]
    return out


# --- average pools
# --- dense, relu, softmax


@right("dense_backward")
def dense_einsum(delta, x, w):
    return (
        np.einsum("no,io->ni", delta, w),
        np.einsum("ni,no->io", x, delta),
        np.einsum("no->o", delta),
    )


@right("dense_backward")
def dense_outer(delta, x, w):
    return (
        np.array([w @ d for d in delta]),
        sum(np.outer(a, d) for a, d in zip(x, delta)),
        sum(delta),
    )


@right("dense_backward")
def dense_augmented(delta, x, w):
    xa = np.hstack([x, np.ones((len(x), 1))])
    g = xa.T @ delta
    return delta @ w.T, g[:-1], g[-1]


@right("dense_backward")
def dense_list(delta, x, w):
    return [delta @ w.T, x.T @ delta, delta.sum(0)]


@right("relu_backward")
def relu_inplace_copy(da, z):
    d = da.copy()
    d[z <= 0] = 0
    return d


@right("relu_backward")
def relu_where(da, z):
    return np.where(z > 0, da, 0)


@right("relu_backward")
def relu_from_output(da, z):
    a = np.maximum(z, 0)
    return da * (a > 0)


@right("relu_backward")
def relu_sign(da, z):
    return da * (np.sign(z) + 1) / 2 * (z != 0)


@right("relu_backward")
def relu_vectorize(da, z):
    return np.vectorize(lambda d, v: d if v > 0 else 0.0)(da, z)


@right("softmax_cross_entropy_backward")
def smce_loop(z, y):
    out = np.zeros(z.shape)
    for n in range(len(z)):
        e = np.exp(z[n] - max(z[n]))
        out[n] = (e / sum(e) - y[n]) / len(z)
    return out


@right("softmax_cross_entropy_backward")
def smce_general_labels(z, y):
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    return (p * y.sum(1, keepdims=True) - y) / len(z)


@right("softmax_cross_entropy_backward")
def smce_T(z, y):
    e = np.exp((z.T - z.max(1)))
    return ((e / e.sum(0)).T - y) / len(z)


@right("numerical_gradient")
def ng_nditer(f, x, *, step=1e-5):
    x = x.astype(float)
    g = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        k = x[i]
        x[i] = k + step
        a = f(x)
        x[i] = k - step
        b = f(x)
        x[i] = k
        g[i] = (a - b) / (2 * step)
        it.iternext()
    return g


@right("numerical_gradient")
def ng_golkir(f, x, *, step=1e-5):
    out = []
    for i in range(x.size):
        p, m = np.copy(x).astype(float).flatten(), np.copy(x).astype(float).flatten()
        p[i] += step
        m[i] -= step
        out.append((f(p.reshape(x.shape)) - f(m.reshape(x.shape))) / (2 * step))
    return np.asarray(out).reshape(x.shape)


@right("numerical_gradient")
def ng_no_step(f, x):
    h = 1e-4
    g = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g


@right("numerical_gradient")
def ng_richardson(f, x, *, step=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = 1
        d = lambda h: (f(x + h * e) - f(x - h * e)) / (2 * h)
        g[i] = (4 * d(step / 2) - d(step)) / 3
    return g


@right("conv2d")
def f_fft(x, w, b=None, *, stride=1, padding=0):
    xp = np.pad(x.astype(float), ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    S = xp.shape[1:3]
    X, Wf = np.fft.fft2(xp, axes=(1, 2)), np.fft.fft2(w.astype(float), S, axes=(0, 1))
    z = np.fft.ifft2(np.einsum("nabc,abck->nabk", X, Wf.conj()), axes=(1, 2)).real[
        :, : S[0] - w.shape[0] + 1 : stride, : S[1] - w.shape[1] + 1 : stride
    ]
    return z + (0 if b is None else b)


@right("conv2d")
def f_float32(x, w, b=None, *, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0))).astype(np.float32)
    v = sliding_window_view(xp, w.shape[:2], (1, 2))[:, ::stride, ::stride]
    z = np.einsum("nijcab,abck->nijk", v, w.astype(np.float32))
    return z if b is None else z + b.astype(np.float32)
