/* What the files of this folder share: values, and a batch of them on its way in. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_IMPL_H
#define CONFIG_IMPL_H

#include "config.h"

/* In rising precedence. */
enum config_rank { CONFIG_DEFAULT, CONFIG_YAML, CONFIG_ENV, CONFIG_SET };

struct config_value {
    struct str text; /* as it was written; NUL-terminated */
    int64_t number;  /* what it means; CONFIG_CHOICE: the index; CONFIG_STRING: 0 */
    enum config_rank rank;
    const char *place; /* "duan.yaml:7"; NULL: no value */
};

struct config {
    const struct config_setting *settings; /* borrowed */
    size_t count;
    struct config_value *values; /* one per setting */
    struct arena arena;
};

enum { CONFIG_NAME_MAX = 128, CONFIG_TEXT_MAX = 4096 };

/* Index of the setting, or `count` when there is none. */
size_t config_find(const struct config_setting *settings, size_t count, struct str name);

/* config_value.c: does the text suit the setting? *number is written when it does. */
bool config_value_parse(const struct config_setting *s, struct str text, int64_t *number);

/* "a whole number from 1 to 64" */
const char *config_value_allowed(struct arena *a, const struct config_setting *s);

/* config_nearest.c: the name most like this one, or NULL when none is like it. */
const char *config_nearest(const struct config *f, struct str name);

/* config_batch.c: the values of one source, all taken over or none. */
struct config_batch {
    struct config *config;
    struct ctx *c;
    enum config_rank rank;
    struct config_value *values; /* one per setting of config; without place: not given */
    const char *problems;        /* a line each, or NULL */
    size_t problem_count;
};

void config_batch_init(struct config_batch *b, struct config *f, struct ctx *c,
                       enum config_rank rank);
void config_batch_put(struct config_batch *b, const char *place, struct str name, struct str text);
void config_batch_problem(struct config_batch *b, const char *place, const char *fmt, ...)
    PRINTF(3, 4);
MUST_USE struct err *config_batch_commit(struct config_batch *b);

/* "text" in quotes, short and without control characters: for messages. */
const char *config_batch_shown(struct config_batch *b, struct str text);

/* config_yaml.c: puts every scalar of the document into the batch. */
void config_yaml_read(struct config_batch *b, const char *place, struct str text);

#endif
