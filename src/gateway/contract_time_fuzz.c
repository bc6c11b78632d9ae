/* Fuzz target: times as clients send them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "clock.h"
#include "contract_time.h"
#include "params.h"

static const int64_t SECONDS_BELOW = INT64_C(100000000000);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct http_param param = {STR("t"), {(const char *)data, size}};
    struct http_req req = {.query = {&param, 1}};
    int64_t number = 0, time = -1;
    bool is_number = !size || params_number(param.value, &number);
    struct err *e = contract_time_read(&req, &c, param.name, &time);

    FUZZ_CHECK(is_number == !e);
    if (!e) {
        FUZZ_CHECK(time == (number < 0               ? 0
                            : number < SECONDS_BELOW ? number * CLOCK_MS_PER_S
                                                     : number));
        FUZZ_CHECK(contract_time_date(&c, time, 480).len == sizeof("05-01") - 1);
    }
    arena_fini(&arena);
    return 0;
}
