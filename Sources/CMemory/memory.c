#define _GNU_SOURCE
#include "include/CMemory.h"

#ifdef __linux__

#include <link.h>
#include <malloc.h>
#include <stdint.h>
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

#else

void cmemory_give_back(void) {}

#endif
