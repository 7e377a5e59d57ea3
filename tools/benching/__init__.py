"""tools/bench: measures jalon and what people would use instead, in one run on one workload."""
