/* What every unit test includes: cmocka, and checks for calls that return a failure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_H
#define TEST_H

/* cmocka 1.1 needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "err.h"

#define TEST(fn) cmocka_unit_test(fn)

/* The call succeeds; otherwise the whole chain of the failure is shown. */
#define assert_ok(c, expr)                                      \
    do {                                                        \
        struct err *ok_ = (expr);                               \
        if (ok_)                                                \
            fail_msg("%s: %s", ok_->where, err_text((c), ok_)); \
    } while (0)

/* The call fails with this code. */
#define assert_err(expr, want)                \
    do {                                      \
        struct err *err_ = (expr);            \
        assert_non_null(err_);                \
        assert_int_equal(err_->code, (want)); \
    } while (0)

#define assert_str(got, want)                                    \
    do {                                                         \
        struct str got_ = (got), want_ = (want);                 \
        assert_int_equal(got_.len, want_.len);                   \
        if (want_.len)                                           \
            assert_memory_equal(got_.ptr, want_.ptr, want_.len); \
    } while (0)

#endif
