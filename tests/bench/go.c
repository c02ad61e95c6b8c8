/* Stands for `go`: ends at once, so that what is measured is the way to it.
 *
 * `go where` writes the path of the file that runs, by which each way is checked before it is measured. */

#include "freestanding.h"

static __attribute__((noinline)) void say_where(void)
{
    enum { CURRENT_FOLDER = -100, STDOUT = 1 };
    char path[1024];
    long length = system_call(READLINKAT, CURRENT_FOLDER, (long)"/proc/self/exe", (long)path, sizeof path - 1, 0);
    if (length < 0)
        end(1);
    path[length++] = '\n';
    if (system_call(WRITE, STDOUT, (long)path, length, 0, 0) != length)
        end(1);
}

void run(long *stack)
{
    long count = stack[0];
    const char *word = count == 2 ? (const char *)stack[2] : "";
    if (word[0] == 'w' && word[1] == 'h' && word[2] == 'e' && word[3] == 'r' && word[4] == 'e' && word[5] == 0)
        say_where();
    end(0);
}
