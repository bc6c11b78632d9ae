/* Reading the setting `roles`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "roles.h"

const char *const role_names[ROLES] = {
    [ROLE_USER] = "user",       [ROLE_VIDEO] = "video",           [ROLE_FAVORITE] = "favorite",
    [ROLE_COMMENT] = "comment", [ROLE_RELATION] = "relation",     [ROLE_MESSAGE] = "message",
    [ROLE_GATEWAY] = "gateway", [ROLE_TRANSCODER] = "transcoder",
};

static struct err *add(struct ctx *c, struct str name, struct roles *out)
{
    for (unsigned i = 0; i < ROLES; i++) {
        if (str_eq(name, str_of(role_names[i]))) {
            out->set |= 1u << i;
            return NULL;
        }
    }
    return err_new(c, ERR_INVALID,
                   "\"" STR_FMT "\" is no role: all, or some of gateway, user, video, favorite, "
                   "comment, relation, message, transcoder",
                   STR_ARG(name));
}

struct err *roles_parse(struct ctx *c, struct str text, struct roles *out)
{
    *out = (struct roles){.embedded = str_eq(str_trim(text), STR("all"))};
    if (out->embedded)
        return NULL;
    do
        TRY(add(c, str_trim(str_cut(&text, ',')), out));
    while (text.len);
    return NULL;
}
