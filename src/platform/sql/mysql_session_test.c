/* Tests of places of databases, and of how a session on a server behaves whatever the server's
 * defaults. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_fixture.h"
#include "mysql_place.h"

/* ---- places: no server is needed ---- */

static struct mysql_place *parsed(struct ctx *c, const char *text)
{
    struct mysql_place *p = NULL;

    assert_ok(c, mysql_place_parse(c, str_of(text), &p));
    return p;
}

static void a_place_has_a_user_a_password_a_host_and_a_database(void **state)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct mysql_place *p =
        parsed(&c, "mysql://du%40an:p%2Fw@x:@[::1]:3307/duan_user?tls_ca=/etc/ca.pem&tls_key=/k");

    (void)state;
    assert_string_equal(p->user, "du@an");
    assert_string_equal(p->password, "p/w@x:");
    assert_string_equal(p->host, "::1");
    assert_int_equal(p->port, 3307);
    assert_string_equal(p->database, "duan_user");
    assert_string_equal(p->tls_ca, "/etc/ca.pem");
    assert_string_equal(p->tls_key, "/k");
    assert_null(strstr(p->shown, "p/w"));
    mysql_place_free(p);
    p = parsed(&c, "mysql://a@h/d");
    assert_int_equal(p->port, 3306);
    assert_string_equal(p->password, "");
    mysql_place_free(p);
    arena_fini(&arena);
}

static void a_place_that_cannot_be_is_refused_without_a_word_of_the_password(void **state)
{
    static const char *const bad[] = {
        "mysql://secret",
        "mysql://u:secret@/d",
        "mysql://u:secret@h",
        "mysql://u:secret@h/",
        "mysql://u:secret@h:0/d",
        "mysql://u:secret@h:70000/d",
        "mysql://u:secret@h:x/d",
        "mysql://u:secret%2@h/d",
        "mysql://u:secret%zz@h/d",
        "mysql://u:secret%00@h/d",
        "mysql://:secret@h/d",
        "mysql://u:secret@h/d;drop",
        "mysql://u:secret@h/d?x=1",
        "mysql://u:secret@h/d?tls_key=/k",
        "mysql://u:secret@h/a2345678901234567890123456789012345678901234567890",
    };
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct mysql_place *p = NULL;
        struct err *e = mysql_place_parse(&c, str_of(bad[i]), &p);

        assert_non_null(e);
        assert_int_equal(e->code, ERR_INVALID);
        assert_null(strstr(err_text(&c, e), "secret"));
        assert_null(p);
    }
    arena_fini(&arena);
}

/* ---- opening ---- */

static void who_may_not_enter_is_told_so_without_a_word_of_the_password(void **state)
{
    struct db_fixture *f = *state;
    struct mysql_place *p = parsed(&f->ctx, f->path.ptr);
    struct str wrong =
        arena_str(&f->arena, "mysql://%s:secret@%s:%u/%s", p->user, p->host, p->port, p->database);
    struct str missing = arena_str(&f->arena, "%s/duan_never_made", getenv("DUAN_TEST_MARIADB"));
    struct sql *db = NULL;
    struct err *e = sql_open(&f->ctx, wrong, &sql_defaults, &db);

    assert_non_null(e);
    assert_int_equal(e->code, ERR_UNAVAILABLE);
    assert_non_null(strstr(err_text(&f->ctx, e), "Access denied"));
    assert_null(strstr(err_text(&f->ctx, e), "secret"));
    e = sql_open(&f->ctx, missing, &sql_defaults, &db);
    assert_non_null(e);
    assert_non_null(strstr(err_text(&f->ctx, e), "duan_never_made"));
    assert_null(strstr(err_text(&f->ctx, e), p->password));
    assert_null(db);
    mysql_place_free(p);
}

static void localhost_is_a_host_like_others(void **state)
{
    struct db_fixture *f = *state;
    struct mysql_place *p = parsed(&f->ctx, f->path.ptr);
    struct str place = arena_str(&f->arena, "mysql://%s:%s@localhost:%u/%s", p->user, p->password,
                                 p->port, p->database);
    struct sql *db = NULL;

    assert_ok(&f->ctx, sql_open(&f->ctx, place, &sql_defaults, &db));
    sql_close(db);
    mysql_place_free(p);
}

/* ---- the session ---- */

static struct err *run_text(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_exec(tx, c, "UPDATE t SET name = ? WHERE id = 1", sql_text(*(struct str *)arg));
}

static struct err *set_name(struct db_fixture *f, struct str name)
{
    return sql_write(f->db, &f->ctx, run_text, &name);
}

static struct err *read_name(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT name FROM t WHERE id = 1"));
    *(struct str *)arg = sql_next(&r) ? sql_str(&r, 0) : (struct str){0};
    return NULL;
}

static void assert_comes_back(struct db_fixture *f, struct str name)
{
    struct str back;

    assert_ok(&f->ctx, set_name(f, name));
    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, read_name, &back));
    assert_str(back, name);
}

static void text_of_every_plane_comes_back(void **state)
{
    assert_comes_back(*state, STR("短🎬é"));
    assert_comes_back(*state, STR(""));
}

static void what_does_not_fit_is_refused_and_not_quoted(void **state)
{
    struct db_fixture *f = *state;
    struct err *e = set_name(f, STR("private-and-long"));

    assert_non_null(e);
    assert_null(strstr(err_text(&f->ctx, e), "private"));
    e = set_name(f, STR("\xff\xfe"));
    assert_non_null(e);
    assert_null(strstr(err_text(&f->ctx, e), "\\xFF"));
}

static struct err *insert_twice(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_exec(tx, c, "INSERT INTO named VALUES (?)", sql_text(STR("secret-name")));
}

static void a_broken_key_is_told_without_its_value(void **state)
{
    struct db_fixture *f = *state;

    scratch_do(&f->ctx, f->db, "CREATE TABLE named (name VARCHAR(20) PRIMARY KEY)");
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert_twice, NULL));
    struct err *e = sql_write(f->db, &f->ctx, insert_twice, NULL);

    assert_non_null(e);
    assert_int_equal(e->code, ERR_EXISTS);
    assert_null(strstr(err_text(&f->ctx, e), "secret"));
}

static void keys_compare_byte_for_byte(void **state)
{
    struct db_fixture *f = *state;

    scratch_do(&f->ctx, f->db,
               "CREATE TABLE named (name VARCHAR(20) PRIMARY KEY);"
               "INSERT INTO named VALUES ('a'), ('A'), ('á'), ('ａ')");
    struct sql_rows r = scratch_ask(&f->ctx, f->db, "SELECT count(*) FROM named WHERE name = 'a'");

    assert_true(sql_next(&r));
    assert_int_equal(sql_i64(&r, 0), 1);
}

static void assert_setting(struct db_fixture *f, const char *name, const char *want)
{
    struct sql_rows r = scratch_ask(&f->ctx, f->db, arena_printf(&f->arena, "SELECT @@%s", name));

    assert_true(sql_next(&r));
    assert_str(sql_str(&r, 0), str_of(want));
}

static void a_session_does_not_depend_on_the_servers_defaults(void **state)
{
    struct db_fixture *f = *state;

    assert_setting(f, "time_zone", "+00:00");
    assert_setting(f, "tx_isolation", "REPEATABLE-READ");
    assert_setting(f, "character_set_client", "utf8mb4");
    assert_setting(f, "collation_connection", "utf8mb4_bin");
    assert_setting(f, "sql_mode", "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION");
    struct sql_rows r = scratch_ask(
        &f->ctx, f->db, "SELECT @@innodb_snapshot_isolation, @@idle_transaction_timeout");

    assert_true(sql_next(&r));
    assert_int_equal(sql_i64(&r, 0), 1);
    assert_int_equal(sql_i64(&r, 1), 10);
}

/* ---- rows ---- */

static struct err *read_kinds(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_query(tx, c, arg,
                     "SELECT ?, ?, ?, sum(n), NULL, count(*) FROM t WHERE id > ? OR ? IS NULL",
                     sql_int(INT64_MIN), sql_text(STR("x")), sql_blob(STR("\0y")), sql_int(5),
                     (struct sql_arg){.type = SQL_NULL});
}

static void every_kind_of_value_comes_back_as_what_it_was(void **state)
{
    struct db_fixture *f = *state;
    struct sql_rows r;

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, read_kinds, &r));
    assert_true(sql_next(&r));
    assert_true(sql_i64(&r, 0) == INT64_MIN);
    assert_str(sql_str(&r, 1), STR("x"));
    assert_str(sql_str(&r, 2), STR("\0y"));
    assert_int_equal(sql_i64(&r, 3), 0);
    assert_int_equal(r.cells[4].type, SQL_NULL);
    assert_int_equal(sql_i64(&r, 5), 2);
    assert_false(sql_next(&r));
}

static struct err *see_twice(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql *other = arg;
    struct arena arena = {0};
    struct ctx apart = {.arena = &arena};
    int64_t before, after;
    char text[] = "UPDATE t SET n = n + 1 WHERE id = 1";

    TRY(mysql_fixture_read(tx, c, &before));
    assert_ok(&apart, sql_write(other, &apart, mysql_fixture_do, text));
    TRY(mysql_fixture_read(tx, c, &after));
    arena_fini(&arena);
    return before == after ? NULL : err_new(c, ERR_INTERNAL, "two snapshots");
}

static void a_read_sees_one_moment(void **state)
{
    struct db_fixture *f = *state;
    struct sql *other = mysql_fixture_other(f);

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, see_twice, other));
    assert_int_equal(mysql_fixture_sum(f), 1); /* the next one sees it */
    sql_close(other);
}

static const struct CMUnitTest tests[] = {
    TEST(a_place_has_a_user_a_password_a_host_and_a_database),
    TEST(a_place_that_cannot_be_is_refused_without_a_word_of_the_password),
    MYSQL_CASE(who_may_not_enter_is_told_so_without_a_word_of_the_password),
    MYSQL_CASE(localhost_is_a_host_like_others),
    MYSQL_CASE(text_of_every_plane_comes_back),
    MYSQL_CASE(what_does_not_fit_is_refused_and_not_quoted),
    MYSQL_CASE(a_broken_key_is_told_without_its_value),
    MYSQL_CASE(keys_compare_byte_for_byte),
    MYSQL_CASE(a_session_does_not_depend_on_the_servers_defaults),
    MYSQL_CASE(every_kind_of_value_comes_back_as_what_it_was),
    MYSQL_CASE(a_read_sees_one_moment),
};

int main(void)
{
    return mysql_fixture_begin() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
