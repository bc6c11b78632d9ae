/* Fuzz target: settings as a client sends them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "user_settings.h"
#include "utf8.h"

enum { COLUMN_CHARS = 1000 };

/* What is kept fits its column, and is what it becomes when nothing changes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str kept, again;

    if (!user_settings_merge(&c, STR("{}"), (struct str){(const char *)data, size}, &kept)) {
        FUZZ_CHECK(kept.len <= COLUMN_CHARS && utf8_valid(kept));
        FUZZ_CHECK(!user_settings_merge(&c, kept, STR("{}"), &again) && str_eq(kept, again));
        FUZZ_CHECK(!user_settings_merge(&c, STR("{}"), kept, &again) && str_eq(kept, again));
    }
    arena_fini(&arena);
    return 0;
}
