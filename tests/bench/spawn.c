/* Measures how long programs take from vfork and execve until waitpid, in turns.
 *
 *     spawn ROUNDS WARM-UP < rows
 *
 * A row is a line of fields with a tab after each but the last: EVERY, FOLDER, the count of variables, the variables,
 * PROGRAM, its arguments from argv[0] on. Every round runs each row once, in another order; a row whose EVERY is
 * n runs in each n-th round only. stdout gets a line for each measured run: the row's number, and nanoseconds.
 * A program that does not end with 0 ends it all. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct row {
    long every;
    char *folder, *program;
    char **environment, **arguments;
};

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void *room(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        fail("memory");
    return memory;
}

static char *field(char **rest)
{
    char *text = strsep(rest, "\t");
    if (text == NULL) {
        fputs("a row is too short\n", stderr);
        exit(2);
    }
    return text;
}

static struct row parse(char *line)
{
    struct row row;
    size_t length = strlen(line);
    char *rest = line;
    row.every = atol(field(&rest));
    row.folder = field(&rest);
    long variables = atol(field(&rest));
    if (row.every < 1 || variables < 0 || (size_t)variables > length) {
        fputs("a row has a number that makes no sense\n", stderr);
        exit(2);
    }
    row.environment = room((size_t)variables + 1, sizeof(char *));
    for (long i = 0; i < variables; i++)
        row.environment[i] = field(&rest);
    row.program = field(&rest);
    row.arguments = room(length + 2, sizeof(char *));
    for (size_t i = 0; rest != NULL; i++)
        row.arguments[i] = field(&rest);
    return row;
}

static uint64_t now(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        fail("clock_gettime");
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t measure(const struct row *row)
{
    if (chdir(row->folder) != 0)
        fail(row->folder);
    int status;
    uint64_t begun = now();
    pid_t child = vfork();
    if (child == 0) {
        execve(row->program, row->arguments, row->environment);
        _exit(126);
    }
    if (child < 0)
        fail("vfork");
    if (waitpid(child, &status, 0) != child)
        fail("waitpid");
    uint64_t ended = now();
    if (status != 0) {
        fprintf(stderr, "%s in %s ended with status %#x\n", row->program, row->folder, (unsigned)status);
        exit(1);
    }
    return ended - begun;
}

/* xorshift64: any order will do, as long as it changes from round to round. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = next_random(state) % i;
        size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* What the programs say goes nowhere; stdout as it was is kept for the results. */
static FILE *keep_stdout(void)
{
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (kept < 0 || nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
        fail("/dev/null");
    FILE *results = fdopen(kept, "w");
    if (results == NULL)
        fail("stdout");
    return results;
}

int main(int count, char **words)
{
    enum { MOST_ROWS = 256 };
    static struct row rows[MOST_ROWS];
    static size_t order[MOST_ROWS];
    if (count != 3) {
        fputs("usage: spawn ROUNDS WARM-UP < rows\n", stderr);
        return 2;
    }
    long rounds = atol(words[1]), warm_up = atol(words[2]);
    size_t known = 0, size = 0;
    char *line = NULL;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0) {
        if (known == MOST_ROWS) {
            fputs("too many rows\n", stderr);
            return 2;
        }
        line[strcspn(line, "\n")] = 0;
        char *kept = strdup(line);
        if (kept == NULL)
            fail("memory");
        order[known] = known;
        rows[known++] = parse(kept);
    }
    FILE *results = keep_stdout();
    /* What is measured waits in memory, every page of it already there: writing in between would disturb the next run. */
    uint64_t(*taken)[2] = room((size_t)rounds * known + 1, sizeof *taken);
    memset(taken, 0xff, ((size_t)rounds * known + 1) * sizeof *taken);
    size_t runs = 0;
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (long round = -warm_up; round < rounds; round++) {
        shuffle(order, known, &state);
        for (size_t i = 0; i < known; i++) {
            const struct row *row = &rows[order[i]];
            if (round % row->every != 0)
                continue;
            uint64_t nanoseconds = measure(row);
            if (round >= 0) {
                taken[runs][0] = order[i];
                taken[runs++][1] = nanoseconds;
            }
        }
    }
    for (size_t i = 0; i < runs; i++)
        fprintf(results, "%llu %llu\n", (unsigned long long)taken[i][0], (unsigned long long)taken[i][1]);
    return fclose(results) == 0 ? 0 : 2;
}
