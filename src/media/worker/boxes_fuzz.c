/* Fuzz target: the outer boxes of any file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boxes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The scan ends and reads nothing but the file; a longer file is never the more truncated one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("boxes", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    struct boxes whole = boxes_read(fd, (int64_t)size);
    struct boxes huge = boxes_read(fd, INT64_MAX / 4);
    close(fd);
    if (huge.truncated && !whole.truncated)
        abort();
    return 0;
}
