"""The exercises, one small file each."""
