/* The header grpc-timeout: units from nanoseconds to hours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc_timeout.h"

static const int64_t VALUE_MAX = 99999999;
static const int64_t NS_MAX = INT64_C(100) * 366 * 24 * 3600 * 1000000000;

/* Finest first: the first that fits in eight digits loses least. */
static const struct {
    char name;
    int64_t ns;
} units[] = {
    {'n', 1},
    {'u', 1000},
    {'m', 1000000},
    {'S', 1000000000},
    {'M', INT64_C(60) * 1000000000},
    {'H', INT64_C(3600) * 1000000000},
};

static size_t digits_write(int64_t value, char *out)
{
    char reversed[GRPC_TIMEOUT_MAX];
    size_t len = 0;

    do
        reversed[len++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    for (size_t i = 0; i < len; i++)
        out[i] = reversed[len - 1 - i];
    return len;
}

size_t grpc_timeout_write(int64_t ns, char out[GRPC_TIMEOUT_MAX])
{
    size_t unit = 0, len;

    if (ns < 1)
        ns = 1;
    if (ns > NS_MAX)
        ns = NS_MAX;
    while (ns / units[unit].ns > VALUE_MAX)
        unit++;
    len = digits_write(ns / units[unit].ns, out);
    out[len] = units[unit].name;
    return len + 1;
}

static int64_t unit_ns(char name)
{
    for (size_t i = 0; i < COUNT(units); i++)
        if (units[i].name == name)
            return units[i].ns;
    return 0;
}

bool grpc_timeout_read(struct str text, int64_t *ns)
{
    int64_t value = 0, unit;

    if (text.len < 2 || text.len > GRPC_TIMEOUT_MAX)
        return false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    unit = unit_ns(text.ptr[text.len - 1]);
    if (!unit)
        return false;
    *ns = value > NS_MAX / unit ? NS_MAX : value * unit;
    return true;
}
