/* Finds the dominant colour: the fullest of 512 boxes of similar colours, and the mean of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "dominant.h"

#include <stdio.h>

#include <libavutil/common.h>

#include "picture.h"

enum { BOX_BITS = 3, BOXES = 1 << 3 * BOX_BITS, SAMPLED_SIDE = 128 };

struct box {
    int count, y, u, v; /* sums */
};

/* What chroma adds to each of red, green and blue, in 1/256. */
struct matrix {
    int red_v, green_u, green_v, blue_u;
};

static int box_of(int y, int u, int v)
{
    int shift = 8 - BOX_BITS;

    return (y >> shift) << 2 * BOX_BITS | (u >> shift) << BOX_BITS | v >> shift;
}

static void sort_into(struct box boxes[BOXES], const AVFrame *f)
{
    struct plane luma = picture_plane(f, 0), u = picture_plane(f, 1), v = picture_plane(f, 2);
    int step_x = 1 + u.width / SAMPLED_SIDE, step_y = 1 + u.height / SAMPLED_SIDE;

    for (int y = 0; y < luma.height / 2; y += step_y)
        for (int x = 0; x < luma.width / 2; x += step_x) {
            int l = luma.pixels[2 * (ptrdiff_t)y * luma.stride + 2 * (ptrdiff_t)x];
            int b = u.pixels[(ptrdiff_t)y * u.stride + x],
                r = v.pixels[(ptrdiff_t)y * v.stride + x];
            struct box *box = &boxes[box_of(l, b, r)];

            *box = (struct box){box->count + 1, box->y + l, box->u + b, box->v + r};
        }
}

static unsigned scaled(int luma, int chroma)
{
    return av_clip_uint8((298 * (luma - 16) + chroma + 128) / 256);
}

void dominant_color(const AVFrame *picture, char out[DOMINANT_TEXT])
{
    static const struct matrix bt601 = {409, -100, -208, 516}, bt709 = {459, -55, -136, 541};
    const struct matrix m = picture->colorspace == AVCOL_SPC_BT709 ? bt709 : bt601;
    struct box boxes[BOXES] = {{0}}, best = {1, 16, 128, 128};

    sort_into(boxes, picture);
    for (int i = 0, most = 0; i < BOXES; i++)
        if (boxes[i].count > most) {
            most = boxes[i].count;
            best = boxes[i];
        }
    int y = best.y / best.count, u = best.u / best.count - 128, v = best.v / best.count - 128;

    (void)snprintf(out, DOMINANT_TEXT, "%02x%02x%02x", scaled(y, m.red_v * v),
                   scaled(y, m.green_u * u + m.green_v * v), scaled(y, m.blue_u * u));
}
