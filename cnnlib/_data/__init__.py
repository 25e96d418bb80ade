"""Bundled data and the readers of foreign files. Use `cnnlib.data` instead of this folder.

`digits.npz` holds the 1797 images of the test part of *Optical Recognition of Handwritten Digits*,
E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licensed CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). The images and labels are unchanged; only the file
format differs. `make_digits.py` wrote the file.

`photograph.npz` holds a photograph by Lav Varshney, given to the public (CC0,
https://creativecommons.org/publicdomain/zero/1.0/): the test image `camera` of scikit-image,
reduced from 512x512 to 128x128 pixels.
"""
