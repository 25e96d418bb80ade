"""Train the book's digit network in cnnlib and in PyTorch, on the same splits with the same recipe.

Run ``python benchmarks/train_digits.py`` (PyTorch is needed). For each split three trainings:

- cnnlib, by `train_digit_network`;
- PyTorch from the same first weights, with the same batches in the same order;
- PyTorch from its own first weights.

The first two should differ by rounding only, which training amplifies to the odd image; the third
shows that the recipe does not depend on how cnnlib draws its weights.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from cnnlib import nn
from cnnlib.data import Dataset, digits
from cnnlib.nn.recipes import BATCH_SIZE, EPOCHS, LEARNING_RATE
from cnnlib.nn.step import batches


def with_cnnlib(data: Dataset, seed: int, epochs: int) -> float:
    """Train by the book's recipe; return the test accuracy."""
    rng = np.random.default_rng(seed)
    _, history = nn.train_digit_network(data, rng=rng, epochs=epochs, progress=False)
    return history.test_accuracy[-1]


def with_torch(data: Dataset, seed: int, epochs: int) -> float:
    """Train the converted network on the very batches cnnlib would draw."""
    rng = np.random.default_rng(seed)
    return train_torch(nn.to_torch(nn.digit_network(rng=rng)), data, rng, epochs)


def with_torch_alone(data: Dataset, seed: int, epochs: int) -> float:
    """Train the same layers from the weights PyTorch draws by itself."""
    torch.manual_seed(seed)
    module = nn.to_torch(nn.digit_network(rng=np.random.default_rng(seed)))
    for layer in module:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return train_torch(module, data, np.random.default_rng(seed), epochs)


def train_torch(
    module: torch.nn.Sequential, data: Dataset, rng: np.random.Generator, epochs: int
) -> float:
    """Adam, batches of 32 and a cosine schedule, as in `nn.train_digit_network`."""
    x, x_test = (torch.from_numpy(a).permute(0, 3, 1, 2) for a in (data.x_train, data.x_test))
    y, y_test = (torch.from_numpy(a) for a in (data.y_train, data.y_test))
    optimizer = torch.optim.Adam(module.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda e: nn.cosine(e / epochs))
    for _ in range(epochs):
        for rows in batches(len(x), BATCH_SIZE, rng):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(module(x[rows]), y[rows]).backward()
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        return float((module(x_test).argmax(1) == y_test.argmax(1)).double().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    trainings: list[Callable[[Dataset, int, int], float]] = [
        with_cnnlib,
        with_torch,
        with_torch_alone,
    ]
    names = ["cnnlib", "torch, same start", "torch, own start"]
    print("seed  " + "".join(f"{name:>22}" for name in names))
    table = []
    for seed in range(options.seeds):
        row, cells = [], []
        for training in trainings:
            start = time.perf_counter()
            row.append(training(digits(seed=seed), seed, options.epochs))
            cells.append(f"{row[-1]:.2%} {time.perf_counter() - start:6.1f} s")
        table.append(row)
        print(f"{seed:<6}" + "".join(f"{cell:>22}" for cell in cells), flush=True)
    print("mean  " + "".join(f"{value:>21.2%} " for value in np.mean(table, axis=0)))


if __name__ == "__main__":
    main()
