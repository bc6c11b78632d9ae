/* Fuzz target: the header Cookie. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "browser_login.h"

/* What was taken names an account, and is the same however often it is read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct http_req req = {.headers[HTTP_COOKIE] = {(const char *)data, size}};
    struct user_find_login_req got = {0}, again = {0};

    if (browser_login_read(&c, &req, &got)) {
        FUZZ_CHECK(browser_login_value(&req).len > 0);
        FUZZ_CHECK(got.user_id > 0 && got.id > 0 && got.secret_hash.len > 0);
        FUZZ_CHECK(browser_login_read(&c, &req, &again) && again.id == got.id);
        FUZZ_CHECK(str_eq(again.secret_hash, got.secret_hash));
    } else {
        FUZZ_CHECK(!got.user_id && !got.id);
    }
    arena_fini(&arena);
    return 0;
}
