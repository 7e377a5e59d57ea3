"""What lies in a database file."""

import sqlite3

# jalon's tables of what was written and received; the others can be rebuilt from them.
HISTORY = frozenset({
    "meta", "segment", "unsealed", "fork", "rejected", "peer", "peer_segment", "peer_position",
    "peer_device", "agreement"})


def of_tables(path: str, but: frozenset[str] = frozenset()) -> int | None:
    """Bytes of all tables with their indexes but some; None where SQLite cannot tell."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("""
            SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize)
            FROM dbstat AS s LEFT JOIN sqlite_master AS m ON m.name = s.name
            WHERE s.aggregate = 1 AND s.name NOT IN ('sqlite_schema', 'sqlite_master')
            GROUP BY 1""").fetchall()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return sum(size for name, size in found if name not in but)


def settle(path: str) -> None:
    """Moves what is in a database's log into its file, so that the file's size says something."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
