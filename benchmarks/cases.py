"""What is timed: one entry for each case, made by each library from the same shapes.

A maker returns a function without arguments, ready to be timed. Everything is float32.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[[], Any]

# images, size, channels in and out, kernel, padding, stride
CONVOLUTIONS = [
    (64, 28, 1, 8, 5, 2, 1),
    (64, 14, 8, 16, 5, 2, 1),
    (32, 28, 3, 16, 3, 1, 1),
    (16, 32, 32, 64, 3, 1, 1),
    (8, 56, 64, 64, 3, 1, 1),
    (64, 8, 1, 16, 3, 1, 1),
    (32, 32, 16, 32, 3, 1, 2),
    (32, 28, 32, 64, 1, 0, 1),
]
POOLS = [(2, 2, 0), (3, 2, 1)]  # kernel, stride, padding
MAPS = (64, 28, 28, 16)
ACTIVATIONS = ("relu", "leaky_relu", "sigmoid", "tanh", "gelu")
LOOPS = (2, 10, 9, 2, 3, 3)  # a layer small enough for loops: images, rows, columns, channels, k


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def conv_name(shape: tuple[int, ...]) -> str:
    n, size, c_in, c_out, k, p, s = shape
    return f"conv2d {n} x {size}x{size}, {c_in} to {c_out}, {k}x{k}, padding {p}, stride {s}"


def conv_arrays(shape: tuple[int, ...]) -> list[np.ndarray]:
    n, size, c_in, c_out, k, p, s = shape
    out = (size + 2 * p - k) // s + 1
    return arrays((n, size, size, c_in), (k, k, c_in, c_out), (c_out,), (n, out, out, c_out))


def cases(library: str) -> dict[str, Callable[[], Run]]:
    """Every case of one library, by name: call an entry to prepare it."""
    if library == "loops":
        return {"conv2d, small enough for loops": _loops}
    makers = _with_torch() if library == "torch" else _with_cnnlib()
    return makers | {"import": lambda: lambda: _import("torch" if library == "torch" else "cnnlib")}


def _import(module: str) -> None:
    module = "numpy" if module == "torch" else module  # what an import is compared with
    # With compiled modules kept, as everybody has them after the first import.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "cnnlib-benchmarks")
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=kept)


def _with_cnnlib() -> dict[str, Callable[[], Run]]:
    import cnnlib as c

    def conv(shape: tuple[int, ...]) -> Run:
        x, w, b, delta = conv_arrays(shape)
        how: dict[str, Any] = {"padding": shape[5], "stride": shape[6]}
        return lambda: (c.conv2d(x, w, b, **how), c.conv2d_backward(delta, x, w, **how))

    def activation(name: str) -> Run:
        z, da = arrays(MAPS, MAPS)
        f, back = getattr(c, name), getattr(c, f"{name}_backward")
        return lambda: (f(z), back(da, z))

    def pool(kind: str, k: int, s: int, p: int) -> Run:
        (x,) = arrays(MAPS)
        f, back = getattr(c, f"{kind}_pool2d"), getattr(c, f"{kind}_pool2d_backward")
        (delta,) = arrays(f(x, k, stride=s, padding=p).shape)
        return lambda: (
            f(x, k, stride=s, padding=p),
            back(delta, x, k, stride=s, padding=p),
        )

    def loss() -> Run:
        z, y = logits_and_labels()
        return lambda: (c.softmax_cross_entropy(z, y), c.softmax_cross_entropy_backward(z, y))

    def small() -> Run:
        n, h, wide, c_in, k, c_out = LOOPS
        x, w = arrays((n, h, wide, c_in), (k, k, c_in, c_out))
        return lambda: c.conv2d(x, w)

    def epoch(name: str) -> Run:
        from cnnlib.nn import Adam
        from cnnlib.nn.step import batches, train_step

        network, x, y = network_and_data(name)
        network.astype(np.float32)
        rng, optimizer = np.random.default_rng(0), Adam(1e-3)

        def run() -> None:
            for rows in batches(len(x), 64, rng):
                train_step(network, x[rows], y[rows], optimizer)

        return run

    return (
        {conv_name(s): lambda s=s: conv(s) for s in CONVOLUTIONS}
        | {name: lambda name=name: activation(name) for name in ACTIVATIONS}
        | {pool_name(kind, *g): lambda a=(kind, *g): pool(*a) for kind, g in all_pools()}
        | {"softmax with cross-entropy": loss, "conv2d, small enough for loops": small}
        | {name: lambda name=name: epoch(name) for name in EPOCHS}
    )


def _with_torch() -> dict[str, Callable[[], Run]]:
    import torch

    functional = torch.nn.functional

    def back(f: Callable[[Any], Any], *tensors: Any) -> Run:
        delta = torch.randn(f(*tensors).shape)
        return lambda: torch.autograd.grad(f(*tensors), tensors, delta)

    def leaf(array: np.ndarray) -> Any:
        order = {4: (0, 3, 1, 2)}.get(array.ndim, range(array.ndim))
        return torch.tensor(array.transpose(*order).copy(), requires_grad=True)

    def conv(shape: tuple[int, ...]) -> Run:
        x, w, b, _ = conv_arrays(shape)
        kernel = torch.tensor(w.transpose(3, 2, 0, 1).copy(), requires_grad=True)
        how = {"padding": shape[5], "stride": shape[6]}
        return back(lambda *a: functional.conv2d(*a, **how), leaf(x), kernel, leaf(b))

    def activation(name: str) -> Run:
        f = getattr(functional, name)
        options = {"approximate": "tanh"} if name == "gelu" else {}
        return back(lambda z: f(z, **options), leaf(arrays(MAPS)[0]))

    def pool(kind: str, k: int, s: int, p: int) -> Run:
        f = getattr(functional, f"{kind}_pool2d")
        return back(lambda x: f(x, k, stride=s, padding=p), leaf(arrays(MAPS)[0]))

    def loss() -> Run:
        z, y = (torch.tensor(a) for a in logits_and_labels())
        z.requires_grad_()
        return lambda: torch.autograd.grad(functional.cross_entropy(z, y), z)

    def epoch(name: str) -> Run:
        from cnnlib import nn
        from cnnlib.nn.step import batches

        network, x, y = network_and_data(name)
        network.astype(np.float32).forward(x[:1])
        module, rng = nn.to_torch(network), np.random.default_rng(0)
        images, labels = torch.tensor(x).permute(0, 3, 1, 2).contiguous(), torch.tensor(y)
        optimizer = torch.optim.Adam(module.parameters(), 1e-3)

        def run() -> None:
            for rows in batches(len(x), 64, rng):
                optimizer.zero_grad()
                functional.cross_entropy(module(images[rows]), labels[rows]).backward()
                optimizer.step()

        return run

    return (
        {conv_name(s): lambda s=s: conv(s) for s in CONVOLUTIONS}
        | {name: lambda name=name: activation(name) for name in ACTIVATIONS}
        | {pool_name(kind, *g): lambda a=(kind, *g): pool(*a) for kind, g in all_pools()}
        | {"softmax with cross-entropy": loss}
        | {name: lambda name=name: epoch(name) for name in EPOCHS}
    )


def _loops() -> Run:
    n, h, wide, c_in, k, c_out = LOOPS
    x, w = arrays((n, h, wide, c_in), (k, k, c_in, c_out))

    def run() -> np.ndarray:
        z = np.zeros((n, h - k + 1, wide - k + 1, c_out), np.float32)
        for m, i, j, o in np.ndindex(z.shape):
            for a, b, c in np.ndindex(w.shape[:3]):
                z[m, i, j, o] += x[m, i + a, j + b, c] * w[a, b, c, o]
        return z

    return run


def all_pools() -> list[tuple[str, tuple[int, int, int]]]:
    return [(kind, geometry) for kind in ("max", "avg") for geometry in POOLS]


def pool_name(kind: str, k: int, s: int, p: int) -> str:
    return f"{kind}_pool2d {k}x{k}, stride {s}, padding {p}"


def logits_and_labels() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    (z,) = arrays((64 * 28 * 28, 16))
    return z, np.eye(16, dtype=np.float32)[rng.integers(0, 16, len(z))]


EPOCHS = ("an epoch of the digit network", "an epoch of LeNet-5 on 28x28")


def network_and_data(name: str) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a network, and what it learns from: real digits, or 2,048 random images."""
    from cnnlib import nn
    from cnnlib.data import digits

    rng = np.random.default_rng(0)
    if name == EPOCHS[0]:
        data = digits()
        return nn.digit_network(rng=rng), *(
            a.astype(np.float32) for a in (data.x_train, data.y_train)
        )
    layers = [
        nn.Conv2d(1, 6, 5, padding=2, rng=rng), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dense(400, 120, rng=rng), nn.ReLU(), nn.Dense(120, 84, rng=rng), nn.ReLU(),
        nn.Dense(84, 10, rng=rng),
    ]  # fmt: skip
    x = rng.random((2048, 28, 28, 1), dtype=np.float32)
    return nn.Network(layers), x, np.eye(10, dtype=np.float32)[rng.integers(0, 10, len(x))]
