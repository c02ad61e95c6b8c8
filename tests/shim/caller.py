"""Calls a program, as a parent that looks closely: `caller.py SIGNAL PROGRAM ARGUMENT...`.

Waits until the program has written a line, and sends it the signal; with 0 it only waits for its end. Prints whether the
process that wrote was the one that was called, whether it stayed in its process group and session, and the raw status
that the kernel reports.
"""

import os
import resource
import subprocess
import sys

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
number = int(sys.argv[1])
# A program that is to be ended by a signal may wait for a line until then.
stdin = subprocess.PIPE if number else None
child = subprocess.Popen(sys.argv[2:], stdin=stdin, stdout=subprocess.PIPE)
written = child.stdout.readline().strip()
is_same = int(written) == child.pid
is_at_home = (os.getpgid(child.pid), os.getsid(child.pid)) == (os.getpgrp(), os.getsid(0)) if number else True
if number:
    os.kill(child.pid, number)
_, status = os.waitpid(child.pid, 0)
print(is_same, is_at_home, hex(status))
