#ifndef CMEMORY_H
#define CMEMORY_H

/// Gives the kernel what the process does not need while nothing happens:
///
/// 1. free pages inside the allocator's heaps (malloc_trim); it holds one heap's lock at a time, for milliseconds;
/// 2. the pages of code and constants, the program's and its libraries', that lie mapped. They were never written, so
///    they come back from the page cache, sixteen at a fault, as they are used.
///
/// Segments that may be written keep their pages: the loader has relocated what is in them, even where it made them
/// read-only afterwards. On other systems than Linux with glibc it does what there is of this.
void cmemory_give_back(void);

/// Lets the calling thread's heap grow to `bytes` (at most some 60 MiB) without asking the kernel again.
///
/// glibc makes a thread's heap accessible page by page as it grows (mprotect), each time with the lock on the address
/// space that all threads share; what once was accessible stays so. Nothing is resident for it.
void cmemory_prepare_thread(unsigned long bytes);

/// Keeps what is in memory (keys, messages) out of core dumps, also of those that a handler of the system collects, and
/// from other processes of the same user.
void cmemory_keep_private(void);

#endif
