/* An etcd of a test's own: fork, exec, signals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"

/* Below those that the kernel gives away; members look for theirs apart. */
enum { PORTS_FROM = 20000, PORTS = 12000, APART = 50 };

struct etcd_process {
    struct arena *arena;      /* borrowed */
    const char *name, *store; /* its name, and name=URL of every member */
    struct str folder;
    const char *client, *peer;                 /* 127.0.0.1:PORT */
    const char *certificate, *key, *authority; /* NULL: plain text */
    bool tells_progress;
    pid_t pid; /* 0: killed */
};

static const char *find_program(void)
{
    static const char *const places[] = {"/usr/bin/etcd", "/usr/local/bin/etcd"};

    for (size_t i = 0; i < COUNT(places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

bool etcd_process_is_installed(void)
{
    return find_program() != NULL;
}

static bool is_free(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;

    close(fd);
    return is;
}

/* Where a program begins to look depends on its process id: several may look at once. */
static const char *free_address(struct arena *a, int salt)
{
    for (int i = 0; i < PORTS; i++) {
        int port = PORTS_FROM + (getpid() * 7 + salt + i) % PORTS;

        if (is_free(port))
            return arena_printf(a, "127.0.0.1:%d", port);
    }
    abort();
}

static void become_etcd(const struct etcd_process *p)
{
    const char *scheme = p->certificate ? "https" : "http";
    struct arena *a = p->arena;
    char *argv[] = {
        arena_printf(a, "etcd"),
        arena_printf(a, "--name=%s", p->name),
        arena_printf(a, "--data-dir=%s/data", p->folder.ptr),
        arena_printf(a, "--listen-client-urls=%s://%s", scheme, p->client),
        arena_printf(a, "--advertise-client-urls=%s://%s", scheme, p->client),
        arena_printf(a, "--cert-file=%s", p->certificate ? p->certificate : ""),
        arena_printf(a, "--key-file=%s", p->certificate ? p->key : ""),
        arena_printf(a, "--trusted-ca-file=%s", p->certificate ? p->authority : ""),
        arena_printf(a, "--client-cert-auth=%s", p->certificate ? "true" : "false"),
        arena_printf(a, "--listen-peer-urls=http://%s", p->peer),
        arena_printf(a, "--initial-advertise-peer-urls=http://%s", p->peer),
        arena_printf(a, "--initial-cluster=%s", p->store),
        arena_printf(a, "--heartbeat-interval=50"),
        arena_printf(a, "--election-timeout=500"),
        arena_printf(a, "--experimental-watch-progress-notify-interval=%s",
                     p->tells_progress ? "100ms" : "10m"),
        NULL,
    };
    int log = open(arena_printf(a, "%s/log", p->folder.ptr), O_WRONLY | O_CREAT | O_APPEND, 0600);

    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        abort();
    execv(find_program(), argv);
    abort();
}

void etcd_process_restart(struct etcd_process *p)
{
    p->pid = fork();
    if (p->pid < 0)
        abort();
    if (p->pid == 0)
        become_etcd(p);
}

void etcd_process_tell_progress(struct etcd_process *p)
{
    p->tells_progress = true;
}

void etcd_process_kill(struct etcd_process *p)
{
    if (p->pid == 0)
        return;
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

static void kill_with_arena(void *p)
{
    etcd_process_kill(p);
}

static struct etcd_process *place(struct arena *a, int number)
{
    struct etcd_process *p = arena_new(a, struct etcd_process);

    p->arena = a;
    p->name = arena_printf(a, "m%d", number);
    p->folder = scratch_dir(a);
    p->client = free_address(a, number * APART);
    p->peer = free_address(a, number * APART + PORTS / 2);
    arena_defer(a, kill_with_arena, p); /* before its folder goes */
    return p;
}

void etcd_process_start_all(struct arena *a, struct etcd_process **members, size_t count)
{
    const char *store = "";

    for (size_t i = 0; i < count; i++) {
        members[i] = place(a, (int)i);
        store = arena_printf(a, "%s%s%s=http://%s", store, i ? "," : "", members[i]->name,
                             members[i]->peer);
    }
    for (size_t i = 0; i < count; i++) {
        members[i]->store = store;
        etcd_process_restart(members[i]);
    }
}

struct etcd_process *etcd_process_start(struct arena *a)
{
    struct etcd_process *p;

    etcd_process_start_all(a, &p, 1);
    return p;
}

const char *etcd_process_address(const struct etcd_process *p)
{
    return p->client;
}

void etcd_process_empty(struct etcd_process *p)
{
    scratch_remove(arena_printf(p->arena, "%s/data", p->folder.ptr));
}

void etcd_process_freeze(struct etcd_process *p)
{
    (void)kill(p->pid, SIGSTOP);
}

void etcd_process_thaw(struct etcd_process *p)
{
    (void)kill(p->pid, SIGCONT);
}

struct etcd_process *etcd_process_start_tls(struct arena *a, const char *certificate,
                                            const char *key, const char *authority)
{
    struct etcd_process *p = place(a, 0);

    p->certificate = certificate;
    p->key = key;
    p->authority = authority;
    p->store = arena_printf(a, "%s=http://%s", p->name, p->peer);
    etcd_process_restart(p);
    return p;
}
