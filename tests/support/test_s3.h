/* The object store that tests of C are given: where it is, and a bucket of one's own in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_S3_H
#define TEST_S3_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "blob_s3.h"
#include "fixture.h"
#include "test.h"

/* DUAN_TEST_S3 is http://KEY:SECRET@HOST:PORT. False: it is not set, and that has been said. */
static inline bool test_s3(struct blob_s3_options *out)
{
    static char endpoint[200], bucket[40];
    struct str rest = str_of(getenv("DUAN_TEST_S3"));

    if (!rest.len) {
        printf("1..0 # SKIP DUAN_TEST_S3 is not set\n");
        return false;
    }
    struct str keys = str_from(rest, strlen("http://")), host = keys;
    struct str pair = str_cut(&host, '@');

    (void)snprintf(endpoint, sizeof(endpoint), "http://" STR_FMT, STR_ARG(host));
    (void)snprintf(bucket, sizeof(bucket), "duan-test-%d", (int)getpid());
    *out = (struct blob_s3_options){
        .s3 = {.endpoint = str_of(endpoint), .region = STR("us-east-1"), .bucket = str_of(bucket)},
        .create = true,
    };
    out->s3.access_key = str_cut(&pair, ':');
    out->s3.secret_key = pair;
    return true;
}

/* The bucket goes; whoever used it has removed what was in it. */
static inline void test_s3_end(const struct blob_s3_options *options)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    const struct s3_request req = {.method = "DELETE"};
    struct s3_client *client = NULL;
    struct s3_reply reply;

    assert_ok(&c, s3_client_create(&c, &options->s3, &client));
    assert_ok(&c, s3_send(client, &c, &req, &reply));
    s3_client_destroy(client);
    arena_fini(&arena);
}

#endif
