/* Origins: the host that a header names is the one that was asked, or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "request_origin.h"

/* "https://example.org:8443/path" names "example.org:8443". */
static bool names_host(struct str url, struct str host)
{
    struct str scheme = str_cut(&url, ':');
    bool web = str_eq_nocase(scheme, STR("https")) || str_eq_nocase(scheme, STR("http"));

    if (!web || !str_starts(url, STR("//")) || !host.len)
        return false;
    url = str_from(url, 2);
    return str_eq_nocase(str_cut(&url, '/'), host);
}

bool request_origin_is_own(const struct http_req *req)
{
    struct str site = req->headers[HTTP_SEC_FETCH_SITE], origin = req->headers[HTTP_ORIGIN];
    bool get = req->method == HTTP_GET;

    if (site.len)
        return str_eq(site, STR("same-origin")) || (get && str_eq(site, STR("none")));
    if (origin.len)
        return names_host(origin, req->headers[HTTP_HOST]);
    return get && names_host(req->headers[HTTP_REFERER], req->headers[HTTP_HOST]);
}

bool request_origin_is_foreign(const struct http_req *req)
{
    return (req->headers[HTTP_SEC_FETCH_SITE].len || req->headers[HTTP_ORIGIN].len) &&
           !request_origin_is_own(req);
}
