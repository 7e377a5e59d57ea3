"""A second implementation of jalon's protocol, written from Protocol/ alone.

It shares no code with the Swift one. Where the two disagree, one of them or the text is wrong. It
is written to be read next to the text: one module for one file of Protocol/.

    encoding      base32, base64url, integers as bytes           README.md
    values        names, values, row ids                         model.md
    changes       a change's line and its three outcomes         changes.md
    merging       rows, conflicts, digests                       merging.md, "The state of a row" on
    history       which changes apply, in what order, branches   model.md, merging.md
    keys          the secret, invitation, recovery sheet         keys.md
    segments      sealing and opening                            segments.md
    conversation  lines, the client's half and the relay's half  conversation.md, errors.md
    carriers      HTTP                                           http.md
    folder        a folder's layout                              transports.md
    streams       standard streams, both ends, and ssh           transports.md
    books         a member: secret, segments and standings in one file
    vectors       writes Protocol/vectors/*.ndjson
    conformance   asks a relay everything it must answer

It keeps no state of rows: whatever is asked, it opens all its segments and merges them again, which
is the plainest reading of "the state is a function of the set of changes".

It is no product. The books' secret, the segments and the private key of the writer lie in one
SQLite file that only its owner may read; Protocol/model.md asks for the private key to be kept
apart, so that a copy of the books does not write as its origin. A copy of this file does: both
copies then are branches of one writer, which loses nothing and is noticed, and after that each of
them takes a new writer.

Python 3.11 and the package `cryptography` (38 or later) are all it needs.
"""
