/* The table behind tone mapping, and its use on frames. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tonemap.h"

#include <math.h>
#include <stdlib.h>

enum {
    STEP_BITS = 5, /* 1024 codes in 32 cells */
    STEP = 1 << STEP_BITS,
    NODES = 33,
    SCALE_BITS = 6, /* fraction of an output code kept in the table */
};

static const double reference_white = 203; /* nits */
static const double peak = 1000;
static const double knee = 0.6; /* below it light passes unchanged */

struct node {
    int16_t y, u, v;
};

struct tonemap {
    struct node cube[NODES][NODES][NODES]; /* [u][v][y] */
};

/* SMPTE ST 2084: code value 0..1 to nits. */
static double pq_light(double code)
{
    double p = pow(code, 1 / 78.84375);
    double top = fmax(p - 0.8359375, 0);

    return 10000 * pow(top / (18.8515625 - 18.6875 * p), 1 / 0.1593017578125);
}

/* ARIB STD-B67: code value 0..1 to scene light 0..1. */
static double hlg_light(double code)
{
    return code <= 0.5 ? code * code / 3
                       : (exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/* Light of the display relative to reference white. */
static void display_light(enum AVColorTransferCharacteristic transfer, double rgb[3])
{
    if (transfer == AVCOL_TRC_SMPTE2084) {
        for (int i = 0; i < 3; i++)
            rgb[i] = pq_light(rgb[i]) / reference_white;
        return;
    }
    for (int i = 0; i < 3; i++)
        rgb[i] = hlg_light(rgb[i]);
    double scene = 0.2627 * rgb[0] + 0.6780 * rgb[1] + 0.0593 * rgb[2];
    double gain = peak / reference_white * pow(fmax(scene, 1e-6), 0.2);
    for (int i = 0; i < 3; i++)
        rgb[i] *= gain;
}

/* BT.2020 to BT.709 primaries, in linear light. */
static void to_bt709(double rgb[3])
{
    double r = 1.6605 * rgb[0] - 0.5876 * rgb[1] - 0.0728 * rgb[2];
    double g = -0.1246 * rgb[0] + 1.1329 * rgb[1] - 0.0083 * rgb[2];
    double b = -0.0182 * rgb[0] - 0.1006 * rgb[1] + 1.1187 * rgb[2];

    rgb[0] = fmax(r, 0);
    rgb[1] = fmax(g, 0);
    rgb[2] = fmax(b, 0);
}

/* Straight up to the knee, then bends so that the peak reaches 1; hue is kept. */
static void compress(double rgb[3])
{
    double top = fmax(rgb[0], fmax(rgb[1], rgb[2]));
    double span = peak / reference_white - knee;
    double bend = 1 / (span / (1 - knee) - 1);

    if (top <= knee)
        return;
    double t = fmin((top - knee) / span, 1);
    double mapped = knee + (1 - knee) * t * (1 + bend) / (t + bend);
    for (int i = 0; i < 3; i++)
        rgb[i] *= mapped / top;
}

static double unit(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static int16_t fixed(double code)
{
    return (int16_t)lrint(code * (1 << SCALE_BITS));
}

static struct node node_make(enum AVColorTransferCharacteristic transfer, int u, int v, int y)
{
    double luma = (y * STEP - 64) / 876.0;
    double cb = (u * STEP - 512) / 896.0, cr = (v * STEP - 512) / 896.0;
    double rgb[3] = {unit(luma + 1.4746 * cr), unit(luma - 0.16455 * cb - 0.57135 * cr),
                     unit(luma + 1.8814 * cb)};

    display_light(transfer, rgb);
    to_bt709(rgb);
    compress(rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = pow(unit(rgb[i]), 1 / 2.4);
    luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    return (struct node){fixed(16 + 219 * luma), fixed(128 + 224 * (rgb[2] - luma) / 1.8556),
                         fixed(128 + 224 * (rgb[0] - luma) / 1.5748)};
}

struct tonemap *tonemap_create(enum AVColorTransferCharacteristic transfer)
{
    struct tonemap *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    for (int u = 0; u < NODES; u++)
        for (int v = 0; v < NODES; v++)
            for (int y = 0; y < NODES; y++)
                t->cube[u][v][y] = node_make(transfer, u, v, y);
    return t;
}

void tonemap_destroy(struct tonemap *t)
{
    free(t);
}

/* The four columns of the cube around one chroma sample, and its place between them. */
struct chroma {
    const struct node *column[4];
    int weight[4]; /* sum to 1 << (2 * STEP_BITS) */
};

static struct chroma chroma_at(const struct tonemap *t, int u, int v)
{
    int ui = u >> STEP_BITS, vi = v >> STEP_BITS, uf = u & (STEP - 1), vf = v & (STEP - 1);

    return (struct chroma){
        {t->cube[ui][vi], t->cube[ui][vi + 1], t->cube[ui + 1][vi], t->cube[ui + 1][vi + 1]},
        {(STEP - uf) * (STEP - vf), (STEP - uf) * vf, uf * (STEP - vf), uf * vf},
    };
}

static struct node mix(const struct chroma *c, int y)
{
    int luma = 0, u = 0, v = 0;

    for (int i = 0; i < 4; i++) {
        luma += c->weight[i] * c->column[i][y].y;
        u += c->weight[i] * c->column[i][y].u;
        v += c->weight[i] * c->column[i][y].v;
    }
    return (struct node){(int16_t)(luma >> 2 * STEP_BITS), (int16_t)(u >> 2 * STEP_BITS),
                         (int16_t)(v >> 2 * STEP_BITS)};
}

static uint8_t between(int a, int b, int fraction)
{
    return (uint8_t)((a * (STEP - fraction) + b * fraction + (1 << (SCALE_BITS + STEP_BITS - 1))) >>
                     (SCALE_BITS + STEP_BITS));
}

/* A square of up to four luma samples that share one chroma sample. */
struct square {
    const uint16_t *in[2];
    uint8_t *out[2];
    int columns;
};

/* Maps the luma and returns the mean of what it was. */
static int luma_map(const struct chroma *c, struct square s)
{
    struct node low = {0}, high = {0};
    int cell = -1, sum = 0;

    for (int i = 0; i < 4; i++) {
        int x = (i & 1) < s.columns ? i & 1 : 0;
        int y = s.in[i >> 1][x] & 1023;

        if (y >> STEP_BITS != cell) {
            cell = y >> STEP_BITS;
            low = mix(c, cell);
            high = mix(c, cell + 1);
        }
        s.out[i >> 1][x] = between(low.y, high.y, y & (STEP - 1));
        sum += y;
    }
    return sum / 4;
}

static const uint16_t *codes_at(const AVFrame *f, int plane, int row)
{
    return (const uint16_t *)(const void *)(f->data[plane] + (ptrdiff_t)row * f->linesize[plane]);
}

static uint8_t *bytes_at(const AVFrame *f, int plane, int row)
{
    return f->data[plane] + (ptrdiff_t)row * f->linesize[plane];
}

/* One row of chroma and the two of luma that belong to it; the last may stand alone. */
static void rows_map(const struct tonemap *t, const AVFrame *in, AVFrame *out, int row)
{
    int first = 2 * row, second = first + 1 < in->height ? first + 1 : first;
    const uint16_t *u = codes_at(in, 1, row), *v = codes_at(in, 2, row);

    for (int x = 0; x < (in->width + 1) / 2; x++) {
        struct chroma c = chroma_at(t, u[x] & 1023, v[x] & 1023);
        ptrdiff_t left = 2 * (ptrdiff_t)x;
        struct square s = {
            {codes_at(in, 0, first) + left, codes_at(in, 0, second) + left},
            {bytes_at(out, 0, first) + left, bytes_at(out, 0, second) + left},
            left + 1 < in->width ? 2 : 1,
        };
        int y = luma_map(&c, s);
        struct node low = mix(&c, y >> STEP_BITS), high = mix(&c, (y >> STEP_BITS) + 1);

        bytes_at(out, 1, row)[x] = between(low.u, high.u, y & (STEP - 1));
        bytes_at(out, 2, row)[x] = between(low.v, high.v, y & (STEP - 1));
    }
}

void tonemap_run(const struct tonemap *t, const AVFrame *in, AVFrame *out)
{
    for (int row = 0; row < (in->height + 1) / 2; row++)
        rows_map(t, in, out, row);
}
