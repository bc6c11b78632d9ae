/* duan serve: runs until it is told to stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "config.h"
#include "duan.h"
#include "live.h"
#include "log.h"
#include "machine.h"
#include "options.h"

static const char usage[] =
    "usage: duan serve [--roles ROLE,...] [--data DIR] [--listen ADDR:PORT] [--config FILE]\n"
    "                  [--set name=value]...\n"
    "\n"
    "Runs everything in one process: the API, the page and the transcoder. What lasts is kept in\n"
    "the data folder (./data), which is made at the first start. SIGTERM or Ctrl-C ends it when\n"
    "the requests under way have been answered; SIGHUP reads the settings again.\n"
    "\n"
    "  --roles ROLE,...    only these parts of a cluster (docs/cluster.md): gateway, user, video,\n"
    "                      favorite, comment, relation, message, transcoder\n"
    "  --data DIR          the data folder\n"
    "  --listen ADDR:PORT  where to listen (127.0.0.1:8080)\n"
    "  --config FILE       settings in YAML (duan.yaml in the data folder, if it is there)\n"
    "  --set name=value    one setting; `duan config` lists them\n";

/* Threads inherit the mask: these signals are taken by the main thread alone. */
static sigset_t block_signals(void)
{
    sigset_t ours;

    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGTERM);
    (void)sigaddset(&ours, SIGINT);
    (void)sigaddset(&ours, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ours, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return ours;
}

static struct log *open_log(const struct config *f)
{
    return log_open(&(struct log_options){
        .fd = STDERR_FILENO,
        .level = (enum log_level)config_choice(f, "log.level"),
        .format = (enum log_format)config_choice(f, "log.format"),
        .service = "duan",
        .version = DUAN_VERSION,
    });
}

/* Until a signal ends it; SIGHUP reads the settings again. */
static void wait_for_end(struct duan *d, const sigset_t *ours, const struct settings_args *args)
{
    struct config *latest = d->config;
    int got = 0;

    while (sigwait(ours, &got) != 0 || got == SIGHUP)
        if (got == SIGHUP)
            live_reload(d, args, &latest);
    if (latest != d->config)
        config_destroy(latest);
    log_info(d->log, NULL, "stopping", log_int("process.signal", got));
}

static void stop(struct duan *d, struct log *log)
{
    if (duan_stop(d))
        log_info(log, NULL, "stopped");
    else
        log_warn(log, NULL, "stopped; requests were cut off");
}

static int serve(struct ctx *c, struct config *f, const struct settings_args *args)
{
    sigset_t ours = block_signals();
    struct log *log = open_log(f);
    struct duan d;
    struct err *e = duan_start(&d, c, f, log);

    if (e) {
        log_error(log, c, "not started", log_err(e));
    } else {
        log_info(log, c, "serving", log_str("server.address", duan_address(&d, c)));
        arena_reset(c->arena);
        machine_settle();
        wait_for_end(&d, &ours, args);
        stop(&d, log);
    }
    log_close(log);
    return e ? EXIT_NOT_STARTED : 0;
}

static int start(struct ctx *c, const struct options *o)
{
    struct config *f = NULL;
    int status = options_settings(c, o, &f);

    if (!status)
        status = serve(c, f, &o->args);
    config_destroy(f);
    return status;
}

int command_serve(int argc, char **argv)
{
    return options_run(argc, argv,
                       &(struct options_command){
                           .usage = usage, .run = start, .takes = OPTION_LISTEN | OPTION_ROLES});
}
