/* One frame as a file that browsers show. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include <libavutil/frame.h>

#include "fail.h"

/* `picture` is YUV 4:2:0, of limited range for WebP and of full range for JPEG. */
MUST_USE enum media_reason image_file_webp(const char *name, const AVFrame *picture);
MUST_USE enum media_reason image_file_jpeg(const char *name, const AVFrame *picture);

#endif
