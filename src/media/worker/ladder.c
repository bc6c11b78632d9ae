/* Chooses the rungs and writes the master playlist. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder.h"

#include <stdio.h>

#include "cmaf.h"
#include "output.h"

enum {
    SIDE_MAX = 1080,
    OWN_SIZE_PERCENT = 120, /* above the next rung below */
    RATE_BASE = 350 * 1000, /* bit/s */
};

static const int sides[] = {1080, 720, 540, 360};

/* Bits per pixel fall as pictures grow: 360p 0.8, 540p 1.5, 720p 2.3, 1080p 4.4 Mbit/s. */
static int rate_for(struct size size)
{
    int64_t pixels = (int64_t)size.width * size.height;
    return (int)(pixels * 2 + RATE_BASE);
}

static struct rung rung_of(struct size shown, int side)
{
    struct rung r = {.size = picture_fit(shown, side)};

    (void)snprintf(r.name, sizeof(r.name), "v%d", FFMIN(side, FFMIN(r.size.width, r.size.height)));
    r.max_rate = rate_for(r.size);
    return r;
}

int ladder_plan(struct size shown, struct rung rungs[LADDER_MAX])
{
    int own = FFMIN(FFMIN(shown.width, shown.height), SIDE_MAX), count = 0, first = 0;

    while (first < 4 && sides[first] > own)
        first++;
    if (first == 4 || own * 100 > sides[first] * OWN_SIZE_PERCENT)
        rungs[count++] = rung_of(shown, own);
    for (int i = first; i < 4; i++)
        rungs[count++] = rung_of(shown, sides[i]);
    return count;
}

static void variant_print(AVIOContext *io, const struct rung *r, const struct cmaf_summary *v,
                          const struct cmaf_summary *a)
{
    avio_printf(io, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d", v->peak + a->peak,
                v->average + a->average);
    avio_printf(io, ",CODECS=\"%s%s%s\",RESOLUTION=%dx%d,FRAME-RATE=%.3f", v->codecs,
                a->peak ? "," : "", a->codecs, v->width, v->height,
                (double)v->fps_num / FFMAX(v->fps_den, 1));
    avio_printf(io, "%s\n%s.m3u8\n", a->peak ? ",AUDIO=\"a\"" : "", r->name);
}

enum media_reason ladder_master(struct size shown)
{
    struct rung rungs[LADDER_MAX];
    struct cmaf_summary video, audio = {0};
    struct output *file;
    int count = ladder_plan(shown, rungs);

    TRY_MEDIA(output_create("master.m3u8", &file));
    AVIOContext *io = output_io(file);
    avio_printf(io, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    if (cmaf_summary("audio", &audio))
        avio_printf(io,
                    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"sound\",DEFAULT=YES,"
                    "AUTOSELECT=YES,CHANNELS=\"%d\",URI=\"audio.m3u8\"\n",
                    audio.channels);
    for (int i = count - 1; i >= 0; i--) /* the cheapest first: where players begin */
        if (cmaf_summary(rungs[i].name, &video))
            variant_print(io, &rungs[i], &video, &audio);
    enum media_reason reason = output_commit(file);
    output_destroy(file);
    return reason;
}
