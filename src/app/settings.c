/* The table of settings, and where their values come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <unistd.h>

#include "log.h"
#include "proxies.h"

static const int64_t BIG = INT64_C(1) << 50;

#define TEXT(name_, default_, max_, help_)                                                         \
    {                                                                                              \
        .name = (name_), .type = CONFIG_STRING, .text = (default_), .max = (max_), .help = (help_) \
    }
/* Behind the help: .reload = true, for what live.c applies while the server runs. */
#define NUMBER(type_, name_, default_, min_, max_, help_, ...)                              \
    {                                                                                       \
        .name = (name_), .type = (type_), .text = (default_), .min = (min_), .max = (max_), \
        .help = (help_), ##__VA_ARGS__                                                      \
    }
#define FLAG(name_, default_, help_, ...)                                                        \
    {                                                                                            \
        .name = (name_), .type = CONFIG_BOOL, .text = (default_), .help = (help_), ##__VA_ARGS__ \
    }
#define CHOICE(name_, default_, choices_, help_)                                           \
    {                                                                                      \
        .name = (name_), .type = CONFIG_CHOICE, .text = (default_), .choices = (choices_), \
        .help = (help_)                                                                    \
    }

#define SECRET(name_, max_, help_)                                                         \
    {                                                                                      \
        .name = (name_), .type = CONFIG_STRING, .text = "", .max = (max_), .secret = true, \
        .help = (help_)                                                                    \
    }

static const char *const s3_styles[] = {"path", "virtual", NULL};

/* In alphabetical order. */
const struct config_setting settings[] = {
    NUMBER(CONFIG_DURATION, "account.export_lifetime", "7d", 1000, BIG,
           "How long a copy of somebody's data can be fetched, once it is ready."),
    NUMBER(CONFIG_DURATION, "account.export_pause", "24h", 0, BIG,
           "Time between two copies of one account."),
    NUMBER(CONFIG_DURATION, "account.undo", "30d", 0, BIG,
           "How long an account that its owner has closed can be opened again; then all of it is "
           "removed."),
    NUMBER(CONFIG_INT, "auth.bcrypt_cost", "10", 4, 16,
           "Cost of a password hash: each step doubles its time."),
    SECRET("auth.token_secret", 1024,
           "Key that signs tokens, 32 bytes or more; empty: made at the first start and kept in "
           "the data folder."),
    NUMBER(CONFIG_DURATION, "auth.token_ttl", "30d", 60000, BIG, "How long a login lasts."),
    NUMBER(CONFIG_BYTES, "blob.cache_bytes", "2GiB", 1 << 20, BIG,
           "Disk for what a gateway sends from an object store."),
    FLAG("blob.redirect", "false",
         "Players get videos and covers from the object store itself, by signed URLs."),
    TEXT("blob.s3.access_key", "", 128, "Who we are to the object store."),
    TEXT("blob.s3.bucket", "duan", 63, "The bucket that holds the objects."),
    NUMBER(CONFIG_INT, "blob.s3.connections", "32", 1, 64,
           "Connections to the object store, at most."),
    FLAG("blob.s3.create", "false", "Make the bucket at the start if it is not there."),
    TEXT("blob.s3.endpoint", "", 200,
         "Where an S3-compatible store is: https://HOST or http://HOST:PORT; empty: objects are "
         "kept in the data folder."),
    TEXT("blob.s3.region", "us-east-1", 64, "The region that signatures name."),
    SECRET("blob.s3.secret_key", 256, "The secret to that access key."),
    FLAG("blob.s3.sign_bodies", "true",
         "Sign the hash of what is put; false leaves that to TLS, and saves the hashing."),
    CHOICE("blob.s3.style", "path", s3_styles,
           "path: ENDPOINT/BUCKET/KEY; virtual: BUCKET.ENDPOINT/KEY, as Aliyun OSS wants it."),
    NUMBER(CONFIG_BYTES, "cache.bytes", "64MiB", 1 << 20, BIG,
           "Memory for the near cache: videos, users, likes and follows in use."),
    TEXT("data", "./data", 4000, "Folder of everything that lasts: database, videos, keys."),
    NUMBER(CONFIG_DURATION, "events.age", "1h", 100, BIG,
           "How long a stream of events lasts; then the client begins another."),
    NUMBER(CONFIG_DURATION, "events.interval", "1s", 20, 60000,
           "How often a gateway asks what is new for those who listen; what is written in the same "
           "process is heard of at once."),
    NUMBER(CONFIG_INT, "events.per_account", "16", 1, 64,
           "Streams of events of one account at a time, at each gateway."),
    NUMBER(
        CONFIG_DURATION, "events.ping", "15s", 100, 3600000,
        "A stream that has said nothing for so long says that it is there; in a cluster also how "
        "often it is asked whether a session still holds."),
    NUMBER(CONFIG_INT, "events.streams", "5000", 1, 1000000,
           "Streams of events at a time, at each gateway."),
    NUMBER(CONFIG_BYTES, "http.body_min_rate", "1KiB", 1, BIG,
           "Bytes per second that a body must bring; slower clients are cut off."),
    NUMBER(CONFIG_DURATION, "http.body_window", "20s", 100, 3600000,
           "The time over which a body must reach that rate, again and again."),
    NUMBER(CONFIG_INT, "http.connections", "10000", 16, 1000000, "Connections at a time."),
    NUMBER(CONFIG_INT, "http.connections_per_address", "1000", 1, 1000000,
           "Connections at a time from one address, or one /64 of IPv6; trusted proxies may have "
           "more."),
    NUMBER(CONFIG_DURATION, "http.drain_timeout", "20s", 0, 3600000,
           "How long a stopping server waits for requests under way."),
    NUMBER(CONFIG_DURATION, "http.header_timeout", "10s", 100, 3600000,
           "Time for the headers of a request, from its first line on."),
    NUMBER(CONFIG_DURATION, "http.idle_timeout", "60s", 100, 3600000,
           "Time between two requests on one connection."),
    TEXT("http.listen", "127.0.0.1:8080", 100, "Where to listen: ADDRESS:PORT."),
    CHOICE("http.proxy_header", "x-forwarded-for", proxies_header_names,
           "The header in which trusted proxies name their clients; the other is not looked at."),
    TEXT("http.public_url", "", 200,
         "What URLs in replies begin with; empty: http:// and the host the client asked for."),
    NUMBER(CONFIG_BYTES, "http.reply_min_rate", "1KiB", 1, BIG,
           "Bytes per second of a reply that a client must take; slower ones are cut off."),
    NUMBER(CONFIG_DURATION, "http.reply_window", "60s", 100, 3600000,
           "The time over which a reply must be taken at that rate, again and again."),
    NUMBER(CONFIG_INT, "http.request_threads", "64", 1, 1024,
           "In a cluster: threads of requests that wait for other processes."),
    NUMBER(CONFIG_DURATION, "http.request_timeout", "30s", 1000, 3600000,
           "Time for answering a request once all of it has arrived."),
    NUMBER(CONFIG_INT, "http.threads", "0", 0, 256, "Threads for sockets; 0: one per core."),
    TEXT("http.trusted_proxies", "", 1000,
         "Reverse proxies whose word about the client is taken: addresses and ranges, such as "
         "127.0.0.1, 10.0.0.0/8."),
    NUMBER(CONFIG_INT, "http.workers", "8", 1, 1024, "Threads for what may block: uploads."),
    FLAG("limits.enabled", "true", "Rate limits per address and per account.", .reload = true),
    NUMBER(CONFIG_INT, "limits.requests_burst", "2000", 1, 1000000,
           "Requests at once from an address that was quiet before.", .reload = true),
    NUMBER(CONFIG_INT, "limits.requests_per_second", "400", 1, 1000000,
           "Requests per second from one address, or one /64 of IPv6.", .reload = true),
    CHOICE("log.format", "auto", log_format_names, "auto: text on a terminal, else JSON."),
    {.name = "log.level",
     .type = CONFIG_CHOICE,
     .text = "info",
     .choices = log_level_names,
     .reload = true,
     .help = "debug writes a line for every request."},
    NUMBER(CONFIG_INT, "media.attempts", "5", 1, 100, "How often a transcoding job is tried."),
    NUMBER(CONFIG_BYTES, "media.copy_max", "64MiB", 0, BIG,
           "Uploads up to this size get a copy that plays at once, within the upload's reply."),
    NUMBER(CONFIG_BYTES, "media.disk_reserve", "256MiB", 0, BIG,
           "Uploads and jobs are refused when fewer bytes are free."),
    NUMBER(CONFIG_DURATION, "media.encode_timeout", "2h", 1000, BIG,
           "Wall-clock limit of one transcoding job."),
    NUMBER(CONFIG_INT, "media.encodes", "1", 1, 64, "Transcoding jobs at a time."),
    NUMBER(CONFIG_BYTES, "media.file_max", "1GiB", 1 << 20, BIG,
           "Largest file that a job may write."),
    NUMBER(CONFIG_DURATION, "media.inspect_timeout", "10s", 100, 3600000,
           "Wall-clock limit of looking at an upload."),
    NUMBER(CONFIG_DURATION, "media.lease", "60s", 1000, 600000,
           "In a cluster: a job whose transcoder gives no sign of life for so long is another's."),
    NUMBER(CONFIG_INT, "media.memory_mb", "2048", 256, 1 << 20,
           "Address space of a transcoding job, in MiB."),
    NUMBER(CONFIG_INT, "media.threads", "2", 1, 64, "Threads of one transcoding job."),
    TEXT("media.worker", "", 4000, "Path of duan-media; empty: beside this program."),
    TEXT("ops.listen", "", 100,
         "Where a process without the gateway answers /livez, /readyz and /metrics: ADDRESS:PORT; "
         "empty: nowhere."),
    TEXT("registry.etcd", "", 1000,
         "etcd servers, HOST:PORT, separated by commas: who finds whom in a cluster."),
    TEXT("registry.prefix", "/microservices", 200, "What the keys of instances begin with."),
    FLAG("registry.tls", "false", "Calls to etcd are made with the certificates of rpc.tls_*."),
    NUMBER(CONFIG_DURATION, "registry.ttl", "15s", 2000, 3600000,
           "An instance that gives no sign of life for so long is gone."),
    TEXT("roles", "all", 200,
         "What this process is: all, or some of gateway, user, video, favorite, comment, relation, "
         "message, transcoder, separated by commas."),
    TEXT("rpc.advertise", "", 200,
         "HOST:PORT under which other processes reach this one; empty: where it listens."),
    NUMBER(CONFIG_INT, "rpc.connections", "2", 1, 16, "Connections to each instance of a service."),
    NUMBER(CONFIG_DURATION, "rpc.drain_timeout", "20s", 0, 3600000,
           "How long a stopping process waits for calls under way."),
    NUMBER(CONFIG_INT, "rpc.in_flight", "512", 1, 100000,
           "Calls under way to one instance, at most."),
    TEXT("rpc.listen", "127.0.0.1:0", 100,
         "Where services are served to other processes: ADDRESS:PORT; port 0: any free one."),
    FLAG("rpc.plain_text", "false",
         "Allows calls without TLS beyond this machine: for networks that nobody else is in."),
    NUMBER(CONFIG_INT, "rpc.queue", "1024", 1, 100000, "Calls that wait for a thread, at most."),
    TEXT("rpc.tls_ca", "", 4000, "Certificates of who signs those of all processes (PEM)."),
    TEXT("rpc.tls_cert", "", 4000, "Certificate of this process (PEM); empty: no TLS."),
    TEXT("rpc.tls_key", "", 4000, "Key of that certificate (PEM)."),
    TEXT("rpc.tls_name", "", 200,
         "What the certificates of all processes name; empty: the host of each address."),
    NUMBER(CONFIG_INT, "rpc.workers", "16", 1, 1024, "Threads that answer calls."),
    NUMBER(CONFIG_INT, "sql.batch", "1000", 1, 1000,
           "Writes that share a commit, at most; 1 shows what sharing saves on a disk."),
    NUMBER(CONFIG_INT, "sql.connections", "16", 1, 1000,
           "Connections to a database server, of each service in this process."),
    SECRET("sql.replica_url", 1024,
           "Like sql.url, of a copy that may lag: for lists of others. Empty: none."),
    SECRET("sql.url", 1024,
           "Database server of a cluster: mysql://USER:PASSWORD@HOST:PORT/duan_{service}. Empty: "
           "SQLite in the data folder."),
    NUMBER(CONFIG_INT, "time.zone_offset", "480", -840, 840,
           "Minutes east of Greenwich, for the dates of comments."),
    NUMBER(CONFIG_BYTES, "upload.account_bytes", "20GiB", 0, BIG,
           "Bytes of uploads that one account may keep; 0: no limit."),
    NUMBER(CONFIG_INT, "upload.account_pending", "200", 0, BIG,
           "Videos of one account that may wait to be processed; 0: no limit."),
    NUMBER(CONFIG_INT, "upload.account_videos", "10000", 0, BIG,
           "Videos that one account may keep; 0: no limit."),
    NUMBER(CONFIG_DURATION, "upload.lifetime", "24h", 1000, 30LL * 24 * 3600 * 1000,
           "How long an upload that comes in pieces may take; then what there is of it goes."),
    NUMBER(CONFIG_BYTES, "upload.max_bytes", "512MiB", 1 << 16, BIG, "Largest upload.",
           .reload = true),
    NUMBER(CONFIG_INT, "upload.parallel", "32", 1, 4096,
           "Uploads at a time; from one address, or one /64 of IPv6, a quarter of them, but two at "
           "least."),
    TEXT("web.dir", "", 4000,
         "Folder of a web client that is served instead of the one inside the program."),
};
const size_t settings_count = COUNT(settings);

/* Variables of ours that are no settings. */
static const char *const not_settings[] = {"DUAN_BUILD",        "DUAN_CACHE",   "DUAN_TEST_ETCD",
                                           "DUAN_TEST_MARIADB", "DUAN_TEST_S3", "DUAN_TOPOLOGY",
                                           "DUAN_TORTURE",      "DUAN_URL",     NULL};

static struct err *set(struct config *f, struct ctx *c, const char *name, const char *value)
{
    return value ? config_load_set(f, c, arena_str(c->arena, "%s=%s", name, value)) : NULL;
}

/* A file that was named must be there; the usual one may be missing. */
static struct err *load_file(struct config *f, struct ctx *c, const struct settings_args *args)
{
    if (args->file)
        return config_load_file(f, c, args->file);
    struct str data = config_str(f, "data");
    struct err *e =
        config_load_file(f, c, arena_printf(c->arena, STR_FMT "/duan.yaml", STR_ARG(data)));

    return e && e->code == ERR_NOT_FOUND ? NULL : e;
}

static struct err *load(struct config *f, struct ctx *c, const struct settings_args *args)
{
    TRY(config_load_env(f, c, environ, not_settings));
    for (size_t i = 0; args->sets && args->sets[i]; i++)
        TRY(config_load_set(f, c, str_of(args->sets[i])));
    TRY(set(f, c, "data", args->data));
    TRY(set(f, c, "http.listen", args->listen));
    TRY(set(f, c, "roles", args->roles));
    return load_file(f, c, args);
}

struct err *settings_load(struct ctx *c, const struct settings_args *args, struct config **out)
{
    struct config *f = config_create(settings, settings_count);
    struct err *e = load(f, c, args);

    if (e) {
        config_destroy(f);
        return e;
    }
    *out = f;
    return NULL;
}
