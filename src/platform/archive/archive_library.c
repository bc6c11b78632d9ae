/* Finding libarchive's functions by their names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_library.h"

#include <dlfcn.h>
#include <stddef.h>

#define NAME "libarchive.so.13" /* the one whose headers are included */

static const struct {
    const char *name;
    size_t place; /* in struct archive_library */
} functions[] = {
#define FUNCTION(name) {#name, offsetof(struct archive_library, name)},
    ARCHIVE_LIBRARY_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static struct err *not_usable(struct ctx *c)
{
    return err_new(c, ERR_UNAVAILABLE, "this needs libarchive: %s", dlerror());
}

/* A function's address is as wide as an object's, says POSIX; the compiler is not told. */
static struct err *find_all(struct archive_library *lib, struct ctx *c)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        void *found = dlsym(lib->handle, functions[i].name);

        if (!found)
            return not_usable(c);
        memcpy((char *)lib + functions[i].place, &found, sizeof(found));
    }
    return NULL;
}

struct err *archive_library_open(struct archive_library *lib, struct ctx *c)
{
    lib->handle = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle)
        return not_usable(c);
    struct err *e = find_all(lib, c);

    if (e)
        archive_library_close(lib);
    return e;
}

void archive_library_close(struct archive_library *lib)
{
    if (lib->handle)
        (void)dlclose(lib->handle);
    *lib = (struct archive_library){0};
}
