"""The reader's own table of wires, told by probes; no list of mistakes is needed for it."""
