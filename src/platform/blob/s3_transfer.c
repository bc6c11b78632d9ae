/* One request over libcurl: digests, headers, bytes out and in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_transfer.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "clock.h"

enum { CHUNK = 256 * 1024, MD5_BYTES = 16, SHA_BYTES = 32, MEMORY_FIRST = 4096 };

static const char EMPTY_SHA256[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/* One attempt under way. */
struct transfer {
    struct ctx *c;
    CURL *handle;
    const struct s3_place *place;
    const struct s3_request *req;
    struct s3_outcome *out;
    const atomic_bool *stop;
    int64_t sent, received;
    char *memory;
    size_t memory_room;
    struct curl_slist *headers;
};

/* ---- the body that goes out ---- */

static ssize_t body_at(const struct s3_body *body, int64_t at, char *into, size_t room)
{
    int64_t left = body->length - at;
    size_t want = left < (int64_t)room ? (size_t)left : room;

    if (body->fd >= 0)
        return pread(body->fd, into, want, body->offset + at);
    memcpy(into, body->bytes + at, want);
    return (ssize_t)want;
}

static struct err *cut_short(struct ctx *c, ssize_t got)
{
    return got < 0 ? err_errno(c, errno, "read what is to be put: %s", strerror(errno))
                   : err_new(c, ERR_INTERNAL, "what is to be put has become shorter");
}

static size_t on_read(char *into, size_t size, size_t count, void *self)
{
    struct transfer *t = self;
    ssize_t got = body_at(t->req->body, t->sent, into, size * count);

    if (got < 0 || (got == 0 && t->sent < t->req->body->length)) {
        t->out->ours = cut_short(t->c, got);
        return CURL_READFUNC_ABORT;
    }
    t->sent += got;
    return (size_t)got;
}

/* A connection that was kept open turns out to be gone: from the start again. */
static int on_seek(void *self, curl_off_t to, int origin)
{
    struct transfer *t = self;

    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    t->sent = to;
    return CURL_SEEKFUNC_OK;
}

struct digests {
    EVP_MD_CTX *md5, *sha;
    unsigned char md5_out[MD5_BYTES], sha_out[SHA_BYTES];
};

static void digests_fini(struct digests *d)
{
    EVP_MD_CTX_free(d->md5);
    EVP_MD_CTX_free(d->sha);
}

static struct err *read_digests(struct transfer *t, struct digests *d)
{
    const struct s3_body *body = t->req->body;
    char *chunk = arena_bytes(t->c->arena, CHUNK);

    for (int64_t at = 0; at < body->length;) {
        ssize_t got = body_at(body, at, chunk, CHUNK);

        if (got <= 0)
            return cut_short(t->c, got);
        if (EVP_DigestUpdate(d->md5, chunk, (size_t)got) != 1 ||
            (d->sha && EVP_DigestUpdate(d->sha, chunk, (size_t)got) != 1))
            abort();
        at += got;
    }
    return NULL;
}

static struct err *digest(struct transfer *t, struct digests *d)
{
    d->md5 = EVP_MD_CTX_new();
    d->sha = t->place->unsigned_payload ? NULL : EVP_MD_CTX_new();
    if (!d->md5 || EVP_DigestInit_ex(d->md5, EVP_md5(), NULL) != 1 ||
        (!t->place->unsigned_payload &&
         (!d->sha || EVP_DigestInit_ex(d->sha, EVP_sha256(), NULL) != 1)))
        abort();
    TRY(read_digests(t, d));
    if (EVP_DigestFinal_ex(d->md5, d->md5_out, NULL) != 1 ||
        (d->sha && EVP_DigestFinal_ex(d->sha, d->sha_out, NULL) != 1))
        abort();
    return NULL;
}

/* ---- what comes back ---- */

static bool too_long(struct transfer *t)
{
    t->out->ours = err_new(t->c, ERR_DATA_LOSS, "the object store answers with too many bytes");
    return false;
}

static bool keep(struct transfer *t, const char *bytes, size_t len)
{
    size_t have = (size_t)t->received;

    if (have + len > S3_REPLY_MAX)
        return too_long(t);
    if (have + len > t->memory_room) {
        t->memory_room = 2 * (have + len) + MEMORY_FIRST;
        char *bigger = arena_bytes(t->c->arena, t->memory_room);

        if (have)
            memcpy(bigger, t->memory, have);
        t->memory = bigger;
    }
    memcpy(t->memory + have, bytes, len);
    return true;
}

static bool write_out(struct transfer *t, const char *bytes, size_t len)
{
    const struct s3_sink *sink = t->req->sink;
    size_t done = 0;

    if (t->received + (int64_t)len > sink->length)
        return too_long(t);
    while (done < len) {
        ssize_t wrote =
            pwrite(sink->fd, bytes + done, len - done, sink->offset + t->received + (int64_t)done);

        if (wrote < 0 && errno != EINTR) {
            t->out->ours = err_errno(t->c, errno, "write what was got: %s", strerror(errno));
            return false;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    if (sink->arrived)
        sink->arrived(sink->self, t->received + (int64_t)len);
    return true;
}

static size_t on_write(const char *bytes, size_t size, size_t count, void *self)
{
    struct transfer *t = self;
    size_t len = size * count;
    long status = 0;

    (void)curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &status);
    bool good = t->req->sink && status >= 200 && status < 300 ? write_out(t, bytes, len)
                                                              : keep(t, bytes, len);

    if (!good)
        return 0;
    t->received += (int64_t)len;
    return len;
}

static size_t on_header(const char *bytes, size_t size, size_t count, void *self)
{
    struct transfer *t = self;
    struct str value = {bytes, size * count}, name = str_cut(&value, ':');

    if (str_eq_nocase(name, STR("etag")))
        t->out->reply.etag = arena_copy(t->c->arena, str_trim(value));
    return size * count;
}

/* ---- one attempt ---- */

static void add_header(struct transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->headers, line);

    if (!longer)
        abort();
    t->headers = longer;
}

/* A store that gets other bytes than we had refuses them, by one digest or by the other. */
static struct err *add_digests(struct transfer *t)
{
    struct digests d CLEANUP(digests_fini) = {0};
    struct arena *a = t->c->arena;
    char md5[4 * (MD5_BYTES + 2) / 3 + 1];

    if (!t->req->body) {
        add_header(t, arena_printf(a, "x-amz-content-sha256: %s", EMPTY_SHA256));
        return NULL;
    }
    TRY(digest(t, &d));
    (void)EVP_EncodeBlock((unsigned char *)md5, d.md5_out, MD5_BYTES);
    add_header(t, arena_printf(a, "Content-MD5: %s", md5));
    add_header(
        t, arena_printf(a, "x-amz-content-sha256: %s",
                        d.sha ? s3_place_hex(a, (struct str){(const char *)d.sha_out, SHA_BYTES})
                              : "UNSIGNED-PAYLOAD"));
    return NULL;
}

/* Nobody can say that an option of a literal type is wrong. */
#define SET(t, option, value) ((void)curl_easy_setopt((t)->handle, (option), (value)))

static void set_method(struct transfer *t)
{
    SET(t, CURLOPT_CUSTOMREQUEST, t->req->method);
    if (strcmp(t->req->method, "HEAD") == 0)
        SET(t, CURLOPT_NOBODY, 1L);
    if (!t->req->body)
        return;
    SET(t, CURLOPT_UPLOAD, 1L);
    SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->req->body->length);
    SET(t, CURLOPT_READFUNCTION, on_read);
    SET(t, CURLOPT_READDATA, t);
    SET(t, CURLOPT_SEEKFUNCTION, on_seek);
    SET(t, CURLOPT_SEEKDATA, t);
    SET(t, CURLOPT_UPLOAD_BUFFERSIZE, (long)CHUNK);
}

/* Called every second at least, also when nothing moves. */
static int on_look(void *self, curl_off_t down, curl_off_t downed, curl_off_t up, curl_off_t uped)
{
    (void)down, (void)downed, (void)up, (void)uped;
    const atomic_bool *stop = ((struct transfer *)self)->stop;

    return stop && *stop ? 1 : 0;
}

static void set_limits(struct transfer *t)
{
    int64_t left_ms = (t->c->deadline_ns - clock_monotonic_ns()) / CLOCK_NS_PER_MS;

    SET(t, CURLOPT_NOSIGNAL, 1L);
    SET(t, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(t, CURLOPT_PROXY, ""); /* what the environment says of proxies is meant for others */
    SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)S3_CONNECT_MS);
    SET(t, CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(t, CURLOPT_LOW_SPEED_TIME, (long)S3_SILENCE_S);
    SET(t, CURLOPT_NOPROGRESS, 0L);
    SET(t, CURLOPT_XFERINFOFUNCTION, on_look);
    SET(t, CURLOPT_XFERINFODATA, t);
    SET(t, CURLOPT_MAXCONNECTS, 1L);
    SET(t, CURLOPT_BUFFERSIZE, (long)CHUNK);
    if (t->c->deadline_ns)
        SET(t, CURLOPT_TIMEOUT_MS, left_ms > 1 ? (long)left_ms : 1L);
}

static void set_address(struct transfer *t)
{
    struct arena *a = t->c->arena;

    SET(t, CURLOPT_URL, s3_place_url(t->place, a, t->req->key, t->req->query));
    SET(t, CURLOPT_AWS_SIGV4, arena_printf(a, "aws:amz:%s:s3", t->place->region));
    SET(t, CURLOPT_USERNAME, t->place->access_key);
    SET(t, CURLOPT_PASSWORD, t->place->secret_key);
    SET(t, CURLOPT_HTTPHEADER, t->headers);
}

static void set_receiver(struct transfer *t)
{
    SET(t, CURLOPT_WRITEFUNCTION, on_write);
    SET(t, CURLOPT_WRITEDATA, t);
    SET(t, CURLOPT_HEADERFUNCTION, on_header);
    SET(t, CURLOPT_HEADERDATA, t);
    SET(t, CURLOPT_FILETIME, 1L);
}

static void read_reply(struct transfer *t)
{
    curl_off_t length = -1, modified = -1;
    long status = 0;

    (void)curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(t->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    (void)curl_easy_getinfo(t->handle, CURLINFO_FILETIME_T, &modified);
    struct s3_reply *r = &t->out->reply;

    r->status = (int)status;
    r->length = length;
    r->modified_ms = modified * CLOCK_MS_PER_S;
    r->body = (struct str){t->memory, t->memory ? (size_t)t->received : 0};
}

void s3_transfer(CURL *handle, struct ctx *c, const struct s3_place *place,
                 const struct s3_request *req, const atomic_bool *stop, struct s3_outcome *out)
{
    struct transfer t = {
        .c = c, .handle = handle, .place = place, .req = req, .out = out, .stop = stop};

    *out = (struct s3_outcome){0};
    if ((out->ours = add_digests(&t)) == NULL) {
        for (size_t i = 0; i < COUNT(req->headers) && req->headers[i]; i++)
            add_header(&t, req->headers[i]);
        set_method(&t);
        set_limits(&t);
        set_address(&t);
        set_receiver(&t);
        CURLcode code = curl_easy_perform(handle);

        out->broken = code == CURLE_OK ? NULL : curl_easy_strerror(code);
        read_reply(&t);
    }
    curl_slist_free_all(t.headers);
    curl_easy_reset(handle); /* keeps the connection */
}
