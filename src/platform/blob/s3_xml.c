/* Reading a store's XML: elements by name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_xml.h"

/* Where <tag> or </tag> ends in `text`; NULL: it is not there. *begins: where it begins. */
static const char *find(struct str text, const char *before, struct str tag, const char **begins)
{
    size_t lead = strlen(before);

    for (struct str rest = text; rest.len;) {
        const char *hit = memmem(rest.ptr, rest.len, before, lead);

        if (!hit)
            return NULL;
        rest = str_from(rest, (size_t)(hit - rest.ptr) + lead);
        if (!str_starts(rest, tag) || rest.len == tag.len || rest.ptr[tag.len] != '>')
            continue;
        *begins = hit;
        return rest.ptr + tag.len + 1;
    }
    return NULL;
}

struct str s3_xml_next(struct str *rest, struct str tag)
{
    const char *opens, *closes;
    const char *inside = find(*rest, "<", tag, &opens);

    if (!inside)
        return (struct str){0};
    const char *end = rest->ptr + rest->len;
    const char *behind = find((struct str){inside, (size_t)(end - inside)}, "</", tag, &closes);

    if (!behind)
        return (struct str){0};
    *rest = (struct str){behind, (size_t)(end - behind)};
    return (struct str){inside, (size_t)(closes - inside)};
}

struct str s3_xml_text(struct str text, struct str tag)
{
    return s3_xml_next(&text, tag);
}

static char meant(struct str *rest)
{
    static const struct {
        struct str written;
        char meant;
    } entities[] = {
        {STR_INIT("&amp;"), '&'},  {STR_INIT("&lt;"), '<'},    {STR_INIT("&gt;"), '>'},
        {STR_INIT("&quot;"), '"'}, {STR_INIT("&apos;"), '\''},
    };
    char plain = rest->ptr[0];

    for (size_t i = 0; i < COUNT(entities); i++)
        if (str_starts(*rest, entities[i].written)) {
            *rest = str_from(*rest, entities[i].written.len);
            return entities[i].meant;
        }
    *rest = str_from(*rest, 1);
    return plain;
}

struct str s3_xml_unescape(struct arena *a, struct str text)
{
    char *out = arena_bytes(a, text.len);
    size_t len = 0;

    for (struct str rest = text; rest.len;)
        out[len++] = meant(&rest);
    return (struct str){out, len};
}
