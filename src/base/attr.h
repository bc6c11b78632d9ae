/* Compiler attributes with names that read well. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ATTR_H
#define ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
