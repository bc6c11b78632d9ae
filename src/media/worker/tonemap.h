/* HDR pictures become SDR ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TONEMAP_H
#define TONEMAP_H

#include <libavutil/frame.h>

/*
 * HDR (BT.2020, PQ or HLG, 10 bits) to SDR (BT.709, 8 bits), both YUV 4:2:0 in limited range:
 * a table over the whole color cube, read with trilinear interpolation.
 */
struct tonemap;

struct tonemap *tonemap_create(enum AVColorTransferCharacteristic transfer); /* NULL: no memory */
void tonemap_destroy(struct tonemap *t);

/* Frames of equal size. */
void tonemap_run(const struct tonemap *t, const AVFrame *in, AVFrame *out);

#endif
