"""Writes Protocol/vectors/*.ndjson; `python3 -m jalonpy.vectors --check` says whether they stand.

Everything in them follows from fixed seeds and from this package, so writing them again gives the
same bytes. A module is a file; each line it yields is one vector.
"""
