/* Every limit on what people may send or ask for, by name (docs/contract.md). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIMITS_H
#define LIMITS_H

enum {
    NAME_MAX_CHARS = 32,        /* characters of a user name (contract, section 3.1) */
    PASSWORD_MIN_CHARS = 6,     /* characters of a password */
    PASSWORD_MAX_CHARS = 32,    /* the same (contract, section 3.1) */
    PASSWORD_MAX_BYTES = 72,    /* bcrypt reads no more: longer ones are refused, never cut */
    SIGNATURE_MAX_CHARS = 200,  /* characters of what somebody says about himself */
    LANGUAGE_MAX_CHARS = 35,    /* of the name of a language (RFC 5646, section 4.4.1) */
    LOGINS_MAX = 20,            /* browsers in which one account is signed in */
    AGENT_MAX_CHARS = 200,      /* characters that are kept of what a browser calls itself */
    BAN_REASON_MAX_CHARS = 200, /* characters of what a banned user reads */
    TITLE_MAX_CHARS = 200,      /* characters of a video's title */
    UPLOADS_OPEN_MAX = 20,      /* uploads in pieces of one account that are not published yet */
    UPLOAD_PARTS_MAX = 1000,    /* pieces of one upload: each is an object */
    UPLOAD_METADATA_MAX = 1024, /* bytes of what a client wants to find again with its upload */
    COMMENT_MAX_CHARS = 500,    /* characters of a comment */
    MESSAGE_MAX_CHARS = 2000,   /* characters of a private message */
    FEED_PAGE = 30,             /* videos of one feed page (contract, section 3.1) */
    FEED_LOOKS_MAX = 4,         /* pages that are read for one of which something may be seen */
    SEEN_MAX = 1000,            /* videos that one viewer is known to have seen: the newest */
    SEEN_BATCH_MAX = 100,       /* videos that are reported as seen at a time */
    UNWANTED_MAX = 1000,        /* videos that one viewer does not want to see: the newest */
    LIST_MAX = 500,             /* elements of a list that the contract returns whole: the newest */
    CHOSEN_FROM_MAX = 20000,    /* likes or follows of one person among which a list looks */
    PAGE_DEFAULT = 30,          /* elements of a page under /api/v1 that does not say how many */
    PAGE_MAX = 100,             /* elements of such a page */
    IDS_MAX = 500,              /* ids of one batched call between services */
    NOTICES_MAX = 500,          /* that are kept for one person: the newest */
    UNREAD_MAX = 100,           /* unread notices, and conversations, that are counted */
    SEARCH_MAX_CHARS = 64,      /* characters of what somebody searches for */
    SEARCH_LOOKS_MAX = 2000,    /* texts that one page of a search looks into */
    HIDE_REASON_MAX_CHARS = 200, /* characters of why something was hidden */
    OPERATOR_MAX_CHARS = 64,     /* characters of the name of who did that */
    REPORT_MAX_CHARS = 500,      /* characters of what somebody says about something he reports */
    REPORTS_A_DAY = 100,         /* by one person */
    BLOCKS_MAX = 500,            /* people that one person blocks */
    HIDDEN_MAX = 500,            /* videos, and comments, that one person hides: the newest */
    FORGET_BATCH = 100,          /* rows of an account that is removed which go at a time */
};

#endif
