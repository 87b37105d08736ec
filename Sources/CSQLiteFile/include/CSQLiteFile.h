#ifndef CSQLITEFILE_H
#define CSQLITEFILE_H

#include <stdint.h>
#include <sqlite3.h>

/// Before SQLite is used; later calls are without effect. Turns off its counting of memory, which takes a lock at each
/// allocation. And lets it take a quota or a limit of file sizes that is reached (EDQUOT, EFBIG) for what it is to
/// whoever writes, a full disk: SQLITE_FULL. By itself it knows ENOSPC only. And lets it cut no file to the size it has.
void csqlitefile_configure(void);

/// One open file description for all of SQLite's connections to a database in this process.
///
/// A write lease (fcntl F_SETLEASE, F_WRLCK) is granted only while nobody else has the file open; every further
/// open(2) counts as somebody else, even of the same process. So SQLite's own open call is replaced, once a process,
/// by one that answers for the registered paths with a duplicate of one descriptor. Everything else is opened as
/// before.

/// Opens `path` (absolute, without symbolic links, as SQLite names it) and shares it from now on.
/// Returns a handle >= 0, or -errno. -ENOTSUP: SQLite here reads by lseek, which a shared description does not allow.
int csqlitefile_share(const char *path);

/// Ends the sharing; only after all of SQLite's connections to it are closed: closing it drops the locks of the
/// process.
void csqlitefile_unshare(int handle);

/// Takes the write lease. 0, or -errno: -EAGAIN while somebody else has the file open, others where there are no
/// leases.
int csqlitefile_take_lease(int handle);

/// Gives it back; those who waited in open(2) go on.
void csqlitefile_drop_lease(int handle);

/// Sets room aside for bytes at an offset without changing the file's size (fallocate, FALLOC_FL_KEEP_SIZE). 0 or -errno.
int csqlitefile_reserve(int handle, int64_t offset, int64_t count);

/// The same from the beginning of a file that is not shared.
int csqlitefile_reserve_path(const char *path, int64_t count);

/// Whether this thread's writes through SQLite are left out where the file has the same bytes already.
void csqlitefile_compare_writes(int on);

/// Writes at an offset through the shared descriptor: 0, or -errno; -ENOSPC where there is no room.
int csqlitefile_write(int handle, const void *bytes, uint64_t count, uint64_t offset);

/// Waits until what was written is on the disk (fsync): 0, or -errno.
int csqlitefile_synchronize(int handle);

/// sqlite3_db_config(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE): whether closing the last connection leaves the log alone.
int csqlitefile_no_checkpoint_on_close(sqlite3 *connection, int on);

/// The magic number of the file system that `path` lies on, or -errno.
int64_t csqlitefile_filesystem(const char *path);

/// A mark on an open file, as long as its description is open (an OFD lock of one byte, far behind any content): sets
/// it, or takes it away. 0 or -errno; somebody else's is -EAGAIN.
int csqlitefile_mark(int descriptor, int on);

/// Whether somebody else's description of the file has it marked.
int csqlitefile_is_marked(int descriptor);

#endif
