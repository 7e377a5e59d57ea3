#include <sqlite3.h>

/// Keeps the last connection's close from checkpointing: that would happen outside the write lock.
static inline int jalon_no_checkpoint_on_close(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

/// Bytes of the log of writes; 0 when there is none.
static inline sqlite3_int64 jalon_log_bytes(sqlite3 *connection) {
    sqlite3_file *file = 0;
    sqlite3_int64 bytes = 0;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (code != SQLITE_OK || !file || !file->pMethods) return 0;
    return file->pMethods->xFileSize(file, &bytes) == SQLITE_OK ? bytes : 0;
}

/// Copies the log of writes into the file and empties it, without waiting for readers: with one that
/// needs it, it stays for the next time. `patience` is the connection's, in milliseconds.
static inline int jalon_empty_log(sqlite3 *connection, int patience) {
    sqlite3_busy_timeout(connection, 0);
    int code = sqlite3_wal_checkpoint_v2(connection, "main", SQLITE_CHECKPOINT_TRUNCATE, 0, 0);
    sqlite3_busy_timeout(connection, patience);
    return code;
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
