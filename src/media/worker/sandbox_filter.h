/* The system calls a worker may make. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include "fail.h"

/*
 * The system calls a media worker may make. Anything not named kills the process, which the parent
 * sees as MEDIA_VIOLATION; what libraries try harmlessly (ioctl, looking for files) gets an error.
 */
MUST_USE enum media_reason sandbox_filter_load(void);

#endif
