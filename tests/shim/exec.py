"""Starts a program with any arguments, even with none: `exec.py PROGRAM COUNT ARGUMENT...`.

Of the arguments, its own name first, it gets as many as COUNT says: 0 leaves out even the name.
"""

import ctypes
import os
import sys

program, count = sys.argv[1].encode(), int(sys.argv[2])
arguments = [argument.encode() for argument in sys.argv[3 : 3 + count]]
environment = [name + b"=" + value for name, value in os.environb.items()]
libc = ctypes.CDLL(None, use_errno=True)
strings = lambda words: (ctypes.c_char_p * (len(words) + 1))(*words, None)
libc.execve(program, strings(arguments), strings(environment))
sys.exit(os.strerror(ctypes.get_errno()))
