"""Bundled data and the readers of foreign files. Use `cnnlib.data` instead of this folder.

`digits.npz` holds the 1797 images of the test part of *Optical Recognition of Handwritten Digits*,
E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licensed CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). The images and labels are unchanged; only the file
format differs. `make_digits.py` wrote the file.
"""
