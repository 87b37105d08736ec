#define _GNU_SOURCE
#include "include/CMemory.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

void cmemory_keep_private(void) {
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    // A core_pattern that is a pipe (systemd-coredump, apport) does not ask for the limit.
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

#ifdef __linux__

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int drop_constant_pages(struct dl_phdr_info *object, size_t size, void *page_size) {
    (void)size;
    // The program has no name here, libraries have their paths; what else there is (the kernel's vdso) is no file.
    if (object->dlpi_name[0] != 0 && object->dlpi_name[0] != '/') return 0;
    uintptr_t mask = ~(*(uintptr_t *)page_size - 1);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & mask;
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & mask;
        // The last page may hold the beginning of the next segment: it stays. What fails stays as well.
        if (end > start) (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void cmemory_give_back(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)dl_iterate_phdr(drop_constant_pages, &page_size);
}

void cmemory_prepare_thread(unsigned long bytes) {
#ifdef __GLIBC__
    // Larger pieces would be mapped on their own. Each is linked to the one before by its first bytes.
    enum { PIECE = 64 << 10 };
    void **last = 0;
    for (unsigned long taken = 0; taken < bytes; taken += PIECE) {
        void **piece = malloc(PIECE);
        if (piece == 0) break;
        *piece = last;
        last = piece;
    }
    while (last != 0) {
        void **before = *last;
        free(last);
        last = before;
    }
#else
    (void)bytes;
#endif
}

#else

void cmemory_give_back(void) {}

void cmemory_prepare_thread(unsigned long bytes) { (void)bytes; }

#endif
