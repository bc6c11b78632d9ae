/* Jobs for transcoders in other processes: the queue as an API. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOB_SERVICE_H
#define JOB_SERVICE_H

#include "job_api.h"

struct bus;

/* Borrows the bus. Any thread may call it. Destroy with job_service_destroy(); NULL is fine. */
struct job_api *job_service_create(struct bus *bus);
void job_service_destroy(struct job_api *self);

#endif
