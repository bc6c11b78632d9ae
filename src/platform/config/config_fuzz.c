/* Fuzzer of the YAML loader: what loads must also print, and load again to the same values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "config.h"

static const char *const levels[] = {"debug", "info", NULL};

static const struct config_setting settings[] = {
    {.name = "http.listen", .text = "127.0.0.1:8080", .max = 100, .help = "Address."},
    {.name = "http.body", .type = CONFIG_BYTES, .text = "64MiB", .help = "Size."},
    {.name = "media.encodes",
     .type = CONFIG_INT,
     .text = "2",
     .min = 1,
     .max = 64,
     .help = "Jobs."},
    {.name = "media.number", .type = CONFIG_INT, .text = "-1", .help = "Any."},
    {.name = "demo", .type = CONFIG_BOOL, .text = "false", .help = "Demo world."},
    {.name = "idle", .type = CONFIG_DURATION, .text = "5s", .min = 1, .max = 86400000, .help = "."},
    {.name = "log.level", .type = CONFIG_CHOICE, .text = "info", .choices = levels, .help = "."},
};

static void prints_what_loads_again(const struct config *f, struct ctx *c)
{
    struct config *again = config_create(settings, COUNT(settings));
    char *text = NULL;
    size_t len = 0, at = 0;
    FILE *out = open_memstream(&text, &len);

    FUZZ_CHECK(out);
    config_print(f, out);
    FUZZ_CHECK(fclose(out) == 0);
    FUZZ_CHECK(config_load_yaml(again, c, "again", (struct str){text, len}) == NULL);
    FUZZ_CHECK(config_changed(f, again, &at) == NULL);
    free(text);
    config_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct config *f = config_create(settings, COUNT(settings));
    struct err *e = config_load_yaml(f, &c, "fuzz", (struct str){(const char *)data, size});

    if (!e)
        prints_what_loads_again(f, &c);
    else
        FUZZ_CHECK(e->code == ERR_INVALID && e->msg && !config_is_set(f, "http.listen"));
    config_destroy(f);
    arena_fini(&arena);
    return 0;
}
