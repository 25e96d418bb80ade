"""Write `digits.npz` from the copy that scikit-learn carries.

Run ``python -m cnnlib._data.make_digits`` in an environment with scikit-learn; nothing else in the
project needs it. The result is the same byte for byte on every run with the same numpy and zlib.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("digits.npz")
SOURCE = (
    "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, "
    "UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0"
)


def main() -> None:
    """Read 1797 images of 8x8 counts 0..16 and their labels, store both as uint8."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    if images.shape != (1797, 8, 8) or (images != bunch.images).any() or images.max() != 16:
        raise ValueError("these are not the 1797 images with counts 0 to 16 that the book uses")
    np.savez_compressed(TARGET, images=images, labels=labels, source=np.array(SOURCE))


if __name__ == "__main__":
    main()
