"""What a report looks like: in a terminal, in a notebook, drawn."""
