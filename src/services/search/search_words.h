/* Words of texts and of questions: made alike, and cut into pairs of characters. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEARCH_WORDS_H
#define SEARCH_WORDS_H

#include "err.h"
#include "sql_values.h"

/* Pure functions; any thread. */

/*
 * The same for what people take for the same: upper and lower case of Latin, Greek and Cyrillic,
 * wide forms of ASCII; one blank for any run of blanks and control characters, and none at the
 * ends. What is not well-formed UTF-8 becomes "".
 */
struct str search_fold(struct arena *a, struct str text);

/*
 * Numbers by which a text, folded, is found, each once: every two characters that stand together in
 * a word; and by itself the first of each word, and each of those scripts that need no blanks.
 */
struct sql_ids search_pairs(struct arena *a, struct str text);

/* Those by which texts with this word, folded, in them are found: never none. */
struct sql_ids search_pairs_of_word(struct arena *a, struct str word);

#endif
