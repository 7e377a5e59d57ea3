"""Asks a relay everything that Protocol/ says it must answer.

    tools/conformance URL [--enrolment TEXT] [--long] …

It is a client: it needs nothing of the relay but its address. Every check makes one claim and is
one line of the output; the last line counts them. It exits 1 if a claim does not hold. Further
options say which bounds the relay was started with, and which commands its owner types; checks that
need one are skipped without it. `--help` lists them.

An open relay is asked with fresh books for each group of checks. One that asks for enrolments is
asked with the one set of books that the enrolment brings, and checks that need a second one are
skipped. Answers of conversations are compared, byte for byte, with those of `conversation.Mailbox`,
the same half written from the same text, which is told what the relay was told.
"""
