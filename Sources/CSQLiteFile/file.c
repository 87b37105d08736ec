#define _GNU_SOURCE
#include "include/CSQLiteFile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SHARED_LIMIT 64

struct shared_file {
    char path[PATH_MAX];
    int descriptor;
    int used;
};

static struct shared_file files[SHARED_LIMIT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int installed;

static int shared_open(const char *path, int flags, int mode) {
    int result = -1;
    int found = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < SHARED_LIMIT && !found; i++) {
        if (files[i].used && strcmp(files[i].path, path) == 0) {
            found = 1;
            result = fcntl(files[i].descriptor, F_DUPFD_CLOEXEC, 3);
        }
    }
    pthread_mutex_unlock(&lock);
    return found ? result : open(path, flags | O_CLOEXEC, mode);
}

static int install(void) {
    sqlite3_vfs *vfs = sqlite3_vfs_find(0);
    if (vfs == 0 || vfs->iVersion < 3 || vfs->xSetSystemCall == 0 || vfs->xGetSystemCall == 0) return -ENOTSUP;
    // Two threads that seek and read through one description would read each other's places.
    if (vfs->xGetSystemCall(vfs, "pread") == 0 && vfs->xGetSystemCall(vfs, "pread64") == 0) return -ENOTSUP;
    if (vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)shared_open) != SQLITE_OK) return -ENOTSUP;
    // The kernel signals the holder of a lease when somebody opens the file; the default action would end the process.
    signal(SIGIO, SIG_IGN);
    return 0;
}

typedef ssize_t (*write_call)(int, const void *, size_t, off_t);

static write_call plain_pwrite, plain_pwrite64;

static ssize_t told(ssize_t result) {
    if (result < 0 && (errno == EDQUOT || errno == EFBIG)) errno = ENOSPC;
    return result;
}

// Set while a checkpoint is made of what lies in the main file already: see csqlitefile_compare_writes.
static _Thread_local int comparing;

static int is_there(int descriptor, const void *bytes, size_t count, off_t offset) {
    unsigned char present[65536];
    if (!comparing || count > sizeof present) return 0;
    return pread(descriptor, present, count, offset) == (ssize_t)count && memcmp(present, bytes, count) == 0;
}

static ssize_t told_pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (is_there(descriptor, bytes, count, offset)) return (ssize_t)count;
    return told(plain_pwrite(descriptor, bytes, count, offset));
}

static ssize_t told_pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (is_there(descriptor, bytes, count, offset)) return (ssize_t)count;
    return told(plain_pwrite64(descriptor, bytes, count, offset));
}

typedef int (*truncate_call)(int, off_t);

static truncate_call plain_ftruncate;

// SQLite cuts the main file to its size after each checkpoint, which gives back the blocks set aside behind it.
static int sparing_ftruncate(int descriptor, off_t size) {
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == size) return 0;
    return plain_ftruncate(descriptor, size);
}

static void configure(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_initialize() != SQLITE_OK) return;
    sqlite3_vfs *vfs = sqlite3_vfs_find(0);
    if (vfs == 0 || vfs->iVersion < 3 || vfs->xSetSystemCall == 0 || vfs->xGetSystemCall == 0) return;
    plain_pwrite = (write_call)vfs->xGetSystemCall(vfs, "pwrite");
    if (plain_pwrite != 0) vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)told_pwrite);
    plain_pwrite64 = (write_call)vfs->xGetSystemCall(vfs, "pwrite64");
    if (plain_pwrite64 != 0) vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)told_pwrite64);
    plain_ftruncate = (truncate_call)vfs->xGetSystemCall(vfs, "ftruncate");
    if (plain_ftruncate != 0) vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)sparing_ftruncate);
}

void csqlitefile_configure(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
}

int csqlitefile_share(const char *path) {
    if (strlen(path) >= PATH_MAX) return -ENAMETOOLONG;
    if (sqlite3_initialize() != SQLITE_OK) return -ENOTSUP;
    int result = 0;
    pthread_mutex_lock(&lock);
    if (!installed) {
        result = install();
        installed = result == 0;
    }
    int handle = -1;
    for (int i = 0; i < SHARED_LIMIT && result == 0; i++) {
        if (!files[i].used && handle < 0) handle = i;
        if (files[i].used && strcmp(files[i].path, path) == 0) result = -EBUSY;
    }
    if (result == 0 && handle < 0) result = -EMFILE;
    if (result == 0) {
        int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor < 0) {
            result = -errno;
        } else {
            strcpy(files[handle].path, path);
            files[handle].descriptor = descriptor;
            files[handle].used = 1;
            result = handle;
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void csqlitefile_unshare(int handle) {
    if (handle < 0 || handle >= SHARED_LIMIT) return;
    pthread_mutex_lock(&lock);
    if (files[handle].used) {
        close(files[handle].descriptor);
        files[handle].used = 0;
    }
    pthread_mutex_unlock(&lock);
}

static int descriptor_of(int handle) {
    int descriptor = -1;
    if (handle < 0 || handle >= SHARED_LIMIT) return -1;
    pthread_mutex_lock(&lock);
    if (files[handle].used) descriptor = files[handle].descriptor;
    pthread_mutex_unlock(&lock);
    return descriptor;
}

int csqlitefile_take_lease(int handle) {
    return fcntl(descriptor_of(handle), F_SETLEASE, F_WRLCK) == 0 ? 0 : -errno;
}

void csqlitefile_drop_lease(int handle) {
    fcntl(descriptor_of(handle), F_SETLEASE, F_UNLCK);
}

int csqlitefile_reserve(int handle, int64_t offset, int64_t count) {
    return fallocate(descriptor_of(handle), FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)count) == 0 ? 0 : -errno;
}

int csqlitefile_reserve_path(const char *path, int64_t count) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return -errno;
    int result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)count) == 0 ? 0 : -errno;
    close(descriptor);
    return result;
}

void csqlitefile_compare_writes(int on) { comparing = on; }

int csqlitefile_write(int handle, const void *bytes, uint64_t count, uint64_t offset) {
    ssize_t result = pwrite(descriptor_of(handle), bytes, count, (off_t)offset);
    if (result < 0) return errno == EDQUOT || errno == EFBIG ? -ENOSPC : -errno;
    return (uint64_t)result == count ? 0 : -ENOSPC;
}

int csqlitefile_synchronize(int handle) { return fsync(descriptor_of(handle)) == 0 ? 0 : -errno; }

int csqlitefile_no_checkpoint_on_close(sqlite3 *connection, int on) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on, (int *)0);
}

int64_t csqlitefile_filesystem(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return -errno;
    return (int64_t)(uint32_t)status.f_type;
}

static struct flock mark(short type) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = 1 << 20;
  lock.l_len = 1;
  return lock;
}

int csqlitefile_mark(int descriptor, int on) {
  struct flock lock = mark(on ? F_WRLCK : F_UNLCK);
  return fcntl(descriptor, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

int csqlitefile_is_marked(int descriptor) {
  struct flock lock = mark(F_RDLCK);
  return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}
