#include <sqlite3.h>

/// Keeps the last connection's close from checkpointing: that would happen outside the write lock.
static inline int jalon_no_checkpoint_on_close(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

/// Binds a text that SQLite copies at once: Swift's buffers do not outlive the call.
static inline int jalon_bind_text(sqlite3_stmt *statement, int index, const char *text, long count) {
    return sqlite3_bind_text64(statement, index, text, (sqlite3_uint64)count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds bytes that SQLite copies at once.
static inline int jalon_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, long count) {
    return count == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                      : sqlite3_bind_blob64(statement, index, bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT);
}
