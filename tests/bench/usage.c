/* Runs a program and says what it cost, with all its children.
 *
 *     usage PROGRAM [ARGUMENT ...]
 *
 * stdout gets one line: nanoseconds from fork until wait4, microseconds in user mode and in the kernel, and the largest
 * resident set of any one process in KiB. The program's own stdout goes to stderr. What it ends with, this ends with. */

#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int count, char **arguments)
{
    struct timespec begin, end;
    struct rusage usage;
    int status;

    if (count < 2)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child == 0) {
        dup2(2, 1);
        execvp(arguments[1], arguments + 1);
        perror(arguments[1]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("usage");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    long long took = (end.tv_sec - begin.tv_sec) * 1000000000LL + (end.tv_nsec - begin.tv_nsec);
    printf("%lld %lld %lld %ld\n", took, microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
