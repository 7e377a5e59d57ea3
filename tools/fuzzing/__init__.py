"""Fuzzers of everything that reads foreign bytes: what `tools/fuzz` runs.

The targets are `Tests/FuzzingTests/Targets`; the same files run in `swift test` over the corpora and
over some thousand mutations of them. Here they are linked with libFuzzer and the address sanitizer.
"""
