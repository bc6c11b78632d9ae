/* A new password for an account, from an operator. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEW_PASSWORD_H
#define NEW_PASSWORD_H

#include "admin.h"

/*
 * Asks on the terminal, twice and without showing what is typed, or reads one line of stdin when
 * that is no terminal; then sets it, which ends all sessions. `bcrypt_cost`: as the server's.
 */
MUST_USE struct err *new_password_set(const struct admin *a, struct ctx *c, struct str who,
                                      int bcrypt_cost);

#endif
