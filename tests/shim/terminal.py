"""Plays a user at a terminal: `terminal.py PROGRAM ARGUMENT...`, with one step in each line of stdin.

    wait TEXT   until the terminal shows TEXT, somewhere after what was waited for before
    type TEXT   types it; Python's escapes stand for what has no letter: \\x03 is Ctrl-C
    send NAME   sends the signal of that name, such as TERM, to the process that leads what runs in front

What the terminal showed goes to stdout. Exits with 1 where a text did not come, or the program did not end.
"""

import os
import pty
import resource
import select
import signal
import sys
import time

# In seconds, for a step: far more than any takes.
LIMIT = 20


class Terminal:
    def __init__(self, arguments):
        self.child, self.descriptor = pty.fork()
        if self.child == 0:
            try:
                # A program that Ctrl-\ ends leaves no core behind.
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                os.execv(arguments[0], arguments)
            finally:
                os._exit(127)
        self.shown = b""
        self.waited_for = 0

    def read(self, deadline):
        """Takes in what is shown next; False at the end, or where nothing comes in time."""
        ready, _, _ = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))
        try:
            more = os.read(self.descriptor, 65536) if ready else b""
        except OSError:
            # So Linux says that nobody has the terminal open any more.
            more = b""
        self.shown += more
        return bool(more)

    def wait(self, text):
        deadline = time.monotonic() + LIMIT
        while True:
            place = self.shown.find(text, self.waited_for)
            if place >= 0:
                self.waited_for = place + len(text)
                return
            if not self.read(deadline):
                raise TimeoutError(f"{text!r} was never shown")

    def type(self, text):
        while text:
            text = text[os.write(self.descriptor, text) :]

    def send(self, name):
        os.kill(os.tcgetpgrp(self.descriptor), getattr(signal, "SIG" + name.decode()))

    def end(self):
        deadline = time.monotonic() + LIMIT
        while self.read(deadline):
            pass
        ended, _ = os.waitpid(self.child, os.WNOHANG if time.monotonic() > deadline else 0)
        if not ended:
            raise TimeoutError("the program did not end")
        self.child = None

    def kill(self):
        """Whoever still has the terminal loses it."""
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        os.close(self.descriptor)


def main():
    steps = sys.stdin.read().splitlines()
    terminal = Terminal(sys.argv[1:])
    try:
        for step in steps:
            action, text = step.split(" ", 1)
            text = text.encode().decode("unicode_escape").encode("latin-1")
            {"wait": terminal.wait, "type": terminal.type, "send": terminal.send}[action](text)
        terminal.end()
        return 0
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        terminal.kill()
        sys.stdout.buffer.write(terminal.shown)


sys.exit(main())
