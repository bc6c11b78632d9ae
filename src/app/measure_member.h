/* What a member of a cluster counts beside what every process does. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEASURE_MEMBER_H
#define MEASURE_MEMBER_H

struct duan;
struct metrics_scrape;

/* On the scraping thread: calls, databases, facts. */
void measure_member(struct duan *d, struct metrics_scrape *s);

#endif
