/* Escaping for HTML: text between tags, and in attributes that have quotes around them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "html.h"

static struct str escaped(char b)
{
    switch (b) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    case '\'':
        return STR("&#39;");
    default:
        return (unsigned char)b < ' ' || b == '\x7f' ? STR(" ") : (struct str){0};
    }
}

void html_text(struct json *page, struct str text)
{
    size_t plain = 0;

    for (size_t i = 0; i < text.len; i++) {
        struct str instead = escaped(text.ptr[i]);

        if (!instead.len)
            continue;
        json_raw(page, (struct str){text.ptr + plain, i - plain});
        json_raw(page, instead);
        plain = i + 1;
    }
    json_raw(page, str_from(text, plain));
}

void html_meta(struct json *page, struct str kind, struct str name, struct str value)
{
    json_lit(page, "<meta ");
    json_raw(page, kind);
    json_lit(page, "=\"");
    json_raw(page, name);
    json_lit(page, "\" content=\"");
    html_text(page, value);
    json_lit(page, "\">\n");
}
