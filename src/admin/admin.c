/* What the commands of an operator share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin.h"

struct err *admin_keep(struct ctx *c, const struct err *of_page)
{
    return err_new(c, of_page->code, "%s", err_text(c, of_page));
}
