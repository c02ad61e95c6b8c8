"""Runs a program deep down: `deep.py LEVELS PROGRAM ARGUMENT...`, and leaves the folders as they were before.

Each folder is made and entered by its own name, since no system call takes a path of that length.
"""

import os
import subprocess
import sys

levels = int(sys.argv[1])
for level in range(levels):
    os.mkdir("d")
    os.chdir("d")
try:
    status = subprocess.run(sys.argv[2:], check=False).returncode
finally:
    for level in range(levels):
        os.chdir("..")
        os.rmdir("d")
sys.exit(status)
