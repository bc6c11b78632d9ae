/* Fuzz target: the report of a worker that has been taken over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "media_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held)
        abort();
}

static void name_check(const char name[MEDIA_NAME_MAX])
{
    size_t len = strnlen(name, MEDIA_NAME_MAX);

    require(len < MEDIA_NAME_MAX);
    require(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len);
}

static void numbers_check(const struct media_properties *p)
{
    require(p->duration_ms >= 0 && p->duration_ms <= MEDIA_SECONDS_MAX * 1000);
    require(p->width >= 0 && p->width <= MEDIA_SIDE_MAX * MEDIA_ASPECT_MAX);
    require(p->height >= 0 && p->height <= MEDIA_SIDE_MAX * MEDIA_ASPECT_MAX);
    require(p->fps_num >= 0 && p->fps_den >= 0 && (p->fps_num == 0) == (p->fps_den == 0));
}

static void text_check(const char *text, size_t size)
{
    size_t len = strnlen(text, size);

    require(len < size);
    for (size_t i = 0; i < len; i++)
        require(text[i] >= ' ' && text[i] <= '~');
}

static void same_check(const struct media_report *a, const struct media_report *b)
{
    require(a->seen == b->seen && a->total == b->total && a->broken == b->broken);
    require(a->line_len == b->line_len && memcmp(a->line, b->line, a->line_len) == 0);
    require(strcmp(a->failure, b->failure) == 0 && a->progress == b->progress);
    require(a->properties.width == b->properties.width);
    require(strcmp(a->properties.container, b->properties.container) == 0);
}

/* What must hold whatever was fed, and however it was cut into reads. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct media_report whole = {0}, pieces = {0};
    const struct media_properties *p = &whole.properties;
    const char *text = (const char *)data;

    (void)media_report_feed(&whole, (struct str){text, size});
    for (size_t i = 0; i < size; i++)
        (void)media_report_feed(&pieces, (struct str){text + i, 1});
    same_check(&whole, &pieces);
    name_check(p->container);
    name_check(p->video);
    name_check(p->pixels);
    name_check(p->audio);
    name_check(p->obstacle);
    numbers_check(p);
    text_check(whole.failure, sizeof(whole.failure));
    text_check(whole.sandbox, sizeof(whole.sandbox));
    require(whole.progress >= 0 && whole.progress <= MEDIA_PROGRESS_MAX);
    require(whole.total <= MEDIA_REPORT_MAX + 1);
    return 0;
}
