"""Real programs under real faults: what `tools/faults` runs. README.md beside this says how."""
