/* Loaded before a program (LD_PRELOAD), tries at its end what it must not be able to do any more,
 * and says on standard error what it could: BOUNCELOG_PROBE=read:PATH,write:PATH,... */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int try_one(const char *what, const char *path)
{
    if (strcmp(what, "read") == 0)
        return open(path, O_RDONLY | O_CLOEXEC);
    if (strcmp(what, "write") == 0)
        return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (strcmp(what, "list") == 0)
        return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (strcmp(what, "run") == 0)
        return execl(path, path, (char *)NULL);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)atoi(path)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, (const struct sockaddr *)&address, sizeof address);
}

__attribute__((destructor)) static void probe(void)
{
    const char *tasks = getenv("BOUNCELOG_PROBE");
    char *copy = tasks ? strdup(tasks) : NULL, *rest = copy;
    for (char *task; rest && (task = strsep(&rest, ","));) {
        char *path = strchr(task, ':');
        if (!path)
            continue;
        *path++ = 0;
        dprintf(STDERR_FILENO, "%s:%s %s\n", task, path, try_one(task, path) >= 0 ? "yes" : "no");
    }
    free(copy);
}
