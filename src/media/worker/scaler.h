/* Makes pictures of one size and kind from frames of any; one per output size. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCALER_H
#define SCALER_H

#include "picture.h"

/* Output is upright YUV 4:2:0 of `size`, 8 bits, limited range, tone-mapped when HDR. */
struct scaler;

MUST_USE enum media_reason scaler_create(struct size size, struct turn turn, struct scaler **out);
void scaler_destroy(struct scaler *s);

/* *out is borrowed until the next call; it may be `in` itself when nothing needs doing. */
MUST_USE enum media_reason scaler_run(struct scaler *s, const AVFrame *in, const AVFrame **out);

#endif
