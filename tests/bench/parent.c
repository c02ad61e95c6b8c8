/* The least that a shim costs which stays: it starts SUCCESSOR as a child, waits, and ends with the child's code. */

#include "freestanding.h"

void run(long *stack)
{
    enum { CLONE_VM = 0x100, CLONE_VFORK = 0x4000, SIGCHLD = 17 };
    long *arguments = stack + 1;
    long *environment = arguments + stack[0] + 1;
    long child = system_call(CLONE, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        system_call(EXECVE, (long)SUCCESSOR, (long)arguments, (long)environment, 0, 0);
        end(127);
    }
    int status = 0;
    if (child < 0 || system_call(WAIT4, child, (long)&status, 0, 0, 0) != child)
        end(127);
    end(status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}
