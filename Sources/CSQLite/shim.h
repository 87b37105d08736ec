#include <sqlite3.h>

/// sqlite3_db_config(SQLITE_DBCONFIG_DQS_…), which takes arguments without types: a name in double quotes that names
/// nothing is an error, not a text.
static inline int csqlite_refuse_quoted_texts(sqlite3 *connection) {
    int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    return code == SQLITE_OK ? sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0) : code;
}
