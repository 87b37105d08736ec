// For `make sanitize`: tells ThreadSanitizer what it cannot see of Swift's `Mutex`.
//
// The short ways of locking and unlocking are compiled into our code, where the sanitizer follows their atomics. The
// long ones, taken when two threads meet, are calls into the standard library, which is not instrumented: a lock that
// was waited for looks like none, and everything it guards like a race. So the two long ways go through here, on to the
// library's own, with a word to the sanitizer beside them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SELF __attribute__((swift_context)) void *self
#define SWIFT __attribute__((swiftcall))

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK_SLOW);

typedef SWIFT void (*lock_call)(uint32_t thread, SELF);
typedef SWIFT void (*unlock_call)(SELF);

SWIFT void lock_slow(uint32_t thread, SELF) {
    ((lock_call)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, self);
    __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF) {
    __tsan_release(self);
    ((unlock_call)dlsym(RTLD_NEXT, UNLOCK_SLOW))(self);
}
