/* Fuzz target: what is read of an instance is written and read again unchanged. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "host_port.h"
#include "kratos_json.h"
#include "utf8.h"

static void same(struct ctx *c, const struct registry_instance *read)
{
    struct registry_instance again = {.tls = read->tls};

    FUZZ_CHECK(utf8_valid(read->id) && utf8_valid(read->service) && utf8_valid(read->version));
    if (read->address.len == 0)
        return;
    FUZZ_CHECK(host_port_valid(read->address));
    struct str text = kratos_json_write(c, read);

    if (text.len > KRATOS_JSON_MAX) /* escapes made it longer than it was */
        return;
    FUZZ_CHECK(kratos_json_read(c, text, &again) == NULL);
    FUZZ_CHECK(str_eq(again.id, read->id) && str_eq(again.service, read->service));
    FUZZ_CHECK(str_eq(again.version, read->version) && str_eq(again.address, read->address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    for (int tls = 0; tls < 2; tls++) {
        struct registry_instance read = {.tls = tls};

        if (!kratos_json_read(&c, (struct str){(const char *)data, size}, &read))
            same(&c, &read);
    }
    arena_fini(&arena);
    return 0;
}
