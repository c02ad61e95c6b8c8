/* The least that a shim can cost: it becomes SUCCESSOR, a path given to the compiler, and looks for nothing. */

#include "freestanding.h"

void run(long *stack)
{
    long *arguments = stack + 1;
    long *environment = arguments + stack[0] + 1;
    system_call(EXECVE, (long)SUCCESSOR, (long)arguments, (long)environment, 0, 0);
    end(127);
}
