/* Accept-Encoding: a list of codings, each with a weight; more than "not at all" is enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "accept.h"

/* ";q=0", ";q=0.000": not at all. */
static bool is_refused(struct str parameters)
{
    while (parameters.len) {
        struct str value = str_cut(&parameters, ';'), name = str_trim(str_cut(&value, '='));

        value = str_trim(value);
        if (!str_eq_nocase(name, STR("q")))
            continue;
        for (size_t i = 0; i < value.len; i++)
            if (value.ptr[i] >= '1' && value.ptr[i] <= '9')
                return false;
        return true;
    }
    return false;
}

bool accept_encoding(struct str header, struct str coding)
{
    bool others = false;

    while (header.len) {
        struct str parameters = str_cut(&header, ','), name = str_trim(str_cut(&parameters, ';'));

        if (str_eq_nocase(name, coding))
            return !is_refused(parameters);
        if (str_eq(name, STR("*")))
            others = !is_refused(parameters);
    }
    return others;
}
