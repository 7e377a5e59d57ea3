"""The peers' programs: each prepares updates from the workload, and merges them into a fresh replica."""
