/* Linked to a test: the server behaves as MySQL does, which knows no innodb_snapshot_isolation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <mysql.h>
#include <stdlib.h>
#include <string.h>

/* In place of the client library's: what it asks for is never set. Locks alone must do. */
int STDCALL mysql_real_query(MYSQL *mysql, const char *q, unsigned long length)
{
    static const char wish[] = "SET SESSION innodb_snapshot_isolation = ON";
    static const char instead[] = "SET SESSION innodb_snapshot_isolation = OFF";
    int(STDCALL * real)(MYSQL *, const char *, unsigned long);
    void *found = dlsym(RTLD_NEXT, "mysql_real_query");

    if (!found)
        abort();
    memcpy(&real, &found, sizeof(real));
    if (length == sizeof(wish) - 1 && memcmp(q, wish, length) == 0)
        return real(mysql, instead, sizeof(instead) - 1);
    return real(mysql, q, length);
}
