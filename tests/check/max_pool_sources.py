"""Ways to write ``max_pool2d_backward``, to be edited into mistakes."""

LOOPS = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p, (n, h, w, c) = padding, x.shape
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dxp = np.zeros(xp.shape)
    for m in range(n):
        for i in range(delta.shape[1]):
            for j in range(delta.shape[2]):
                for k in range(c):
                    seen = xp[m, i * sh:i * sh + kh, j * sw:j * sw + kw, k]
                    a, b = divmod(int(seen.argmax()), seen.shape[1])
                    dxp[m, i * sh + a, j * sw + b, k] += delta[m, i, j, k]
    dx = dxp[:, p:p + h, p:p + w]
    return dx
"""

# Window after window, with a mask that keeps the first of several winners.
MASK = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p, (n, h, w, c) = padding, x.shape
    xp = np.full((n, h + 2 * p, w + 2 * p, c), -np.inf)
    xp[:, p:p + h, p:p + w] = x
    dxp = np.zeros(xp.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            rows, cols = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            seen = xp[:, rows, cols].reshape(n, -1, c)
            mask = seen == seen.max(axis=1, keepdims=True)
            mask = mask & (mask.cumsum(axis=1) == 1)
            dxp[:, rows, cols] += delta[:, i:i + 1, j:j + 1] * mask.reshape(n, kh, kw, c)
    return dxp[:, p:p + h, p:p + w]
"""

# All windows at once: an index array and np.add.at.
INDEX = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    k = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    s = k if stride is None else (stride,) * 2
    p, (n, h, w, c) = padding, x.shape
    frame = ((0, 0), (p, p), (p, p), (0, 0))
    xp = np.pad(x.astype(float), frame, constant_values=-np.inf)
    view = np.lib.stride_tricks.sliding_window_view(xp, k, (1, 2))[:, ::s[0], ::s[1]]
    place = view.reshape(*delta.shape, -1).argmax(axis=4)
    m, i, j, ch = np.indices(delta.shape)
    dxp = np.zeros(xp.shape)
    np.add.at(dxp, (m, i * s[0] + place // k[1], j * s[1] + place % k[1], ch), delta)
    return dxp[:, p:p + h, p:p + w]
"""

# Tap after tap, and each window cut to the image.
CUT = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    step = size if stride is None else (stride, stride)
    dx = np.zeros(x.shape)
    for m, i, j, k in np.ndindex(*delta.shape):
        top, left = i * step[0] - padding, j * step[1] - padding
        best, winner = None, None
        for r in range(max(top, 0), min(top + size[0], x.shape[1])):
            for q in range(max(left, 0), min(left + size[1], x.shape[2])):
                if best is None or x[m, r, q, k] > best:
                    best, winner = x[m, r, q, k], (m, r, q, k)
        dx[winner] += delta[m, i, j, k]
    return dx
"""

# Takes square windows alone, with all policies for ties.
TIES = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0, ties="first"):
    k, s, p = kernel_size, stride or kernel_size, padding
    n, h, w, c = x.shape
    xp = np.full((n, h + 2 * p, w + 2 * p, c), -np.inf)
    xp[:, p:p + h, p:p + w] = x
    dxp = np.zeros(xp.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            here = (slice(None), slice(i * s, i * s + k), slice(j * s, j * s + k))
            won = 1.0 * (xp[here] == xp[here].max(axis=(1, 2), keepdims=True))
            if ties == "split":
                won /= won.sum(axis=(1, 2), keepdims=True)
            if ties == "first":
                flat = won.reshape(n, k * k, c)
                won = (flat * (flat.cumsum(axis=1) == 1)).reshape(won.shape)
            dxp[here] += delta[:, i, j][:, None, None] * won
    return dxp[:, p:p + h, p:p + w]
"""

# From a well-known tutorial: for windows that tile the image, and everybody is paid.
BLOWN_UP = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    k = kernel_size
    up = lambda a: a.repeat(k, axis=1).repeat(k, axis=2)
    return up(delta) * (x == up(cnnlib.max_pool2d(x, k)))
"""
