"""Shows a folder in a second place where the case of letters tells no names apart:

    no_case.py FOLDER PLACE PROGRAM ARGUMENT...

Mounts FOLDER at PLACE as a file system that it serves itself, for reading, runs the program, and exits with its code. It
speaks the kernel's own protocol (linux/fuse.h), so nothing has to be installed. It needs Linux and root, or a namespace in
which it is that. Exits with 77 where nothing can be mounted.
"""

import ctypes
import errno
import os
import stat
import struct
import subprocess
import sys
import threading
import traceback

LOOKUP, FORGET, GETATTR, READLINK, OPEN, READ, RELEASE, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS, BATCH_FORGET = (
    1, 2, 3, 5, 14, 15, 18, 26, 27, 28, 29, 34, 42
)  # fmt: skip
HEADER = struct.Struct("<IIQQIIII")
CANNOT_MOUNT = 77


class Folder:
    """What the kernel asks for, answered from a folder on the disk."""

    def __init__(self, device, root):
        self.device = device
        self.paths = [None, root]
        self.numbers = {root: 1}

    def number(self, path):
        if path not in self.numbers:
            self.numbers[path] = len(self.paths)
            self.paths.append(path)
        return self.numbers[path]

    def attributes(self, path):
        s = os.lstat(path)
        times = (int(s.st_atime), int(s.st_mtime), int(s.st_ctime), 0, 0, 0)
        size = s.st_size
        return struct.pack("<6Q3I7I", self.number(path), size, s.st_blocks, *times[:3], *times[3:], s.st_mode,
                           s.st_nlink, s.st_uid, s.st_gid, 0, 4096, 0)  # fmt: skip

    def lookup(self, path, name):
        names = [other for other in os.listdir(path) if other.lower() == name.lower()]
        if not names:
            raise FileNotFoundError(errno.ENOENT, name)
        found = os.path.join(path, names[0])
        return struct.pack("<4Q2I", self.number(found), 0, 3600, 3600, 0, 0) + self.attributes(found)

    def entries(self, path, offset):
        data = b""
        for place, name in list(enumerate(sorted(os.listdir(path)), 1))[offset:]:
            bare = os.fsencode(name)
            kind = stat.S_IFMT(os.lstat(os.path.join(path, name)).st_mode) >> 12
            entry = struct.pack("<QQII", self.number(os.path.join(path, name)), place, len(bare), kind) + bare
            entry += bytes(-len(entry) % 8)
            if len(data) + len(entry) > 4096:
                break
            data += entry
        return data

    def answer(self, kind, node, body):
        path = self.paths[node] if node else None
        if kind == INIT:
            _, minor, read_ahead, _ = struct.unpack_from("<4I", body)
            return struct.pack("<4IHHIIHHI7I", 7, min(minor, 31), read_ahead, 0, 16, 12, 4096, 1, *[0] * 10)
        if kind == LOOKUP:
            return self.lookup(path, os.fsdecode(body.rstrip(b"\0")))
        if kind == GETATTR:
            return struct.pack("<QII", 3600, 0, 0) + self.attributes(path)
        if kind == READLINK:
            return os.fsencode(os.readlink(path))
        if kind in (OPEN, OPENDIR):
            return struct.pack("<QII", 0, 0, 0)
        if kind in (READ, READDIR):
            _, offset, size = struct.unpack_from("<QQI", body)
            if kind == READDIR:
                return self.entries(path, offset)
            with open(path, "rb") as file:
                return os.pread(file.fileno(), size, offset)
        if kind in (RELEASE, RELEASEDIR, ACCESS):
            return b""
        raise OSError(errno.ENOSYS, "not served")

    def serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 20)
            except OSError:
                # So the kernel says that the file system was unmounted.
                return
            _, kind, unique, node, *_ = HEADER.unpack_from(request)
            if kind in (FORGET, BATCH_FORGET):
                continue
            try:
                data, error = self.answer(kind, node, request[HEADER.size :]), 0
            except OSError as failure:
                data, error = b"", -failure.errno
            except Exception:
                # The kernel would wait for an answer for ever.
                traceback.print_exc()
                data, error = b"", -errno.EIO
            os.write(self.device, struct.pack("<IiQ", 16 + len(data), error, unique) + data)


def main():
    folder, place, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        print(error, file=sys.stderr)
        return CANNOT_MOUNT
    # In a view of its own (CLONE_NEWNS) of which nothing gets out (MS_REC, MS_PRIVATE), so that all is gone with the process.
    if libc.unshare(0x20000) != 0 or libc.mount(None, b"/", None, 0x4000 | 0x40000, None) != 0:
        print(os.strerror(ctypes.get_errno()), file=sys.stderr)
        return CANNOT_MOUNT
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
    # MS_RDONLY, MS_NOSUID, MS_NODEV
    if libc.mount(b"no-case", os.fsencode(place), b"fuse", 1 | 2 | 4, options.encode()) != 0:
        print(os.strerror(ctypes.get_errno()), file=sys.stderr)
        return CANNOT_MOUNT
    threading.Thread(target=Folder(device, folder).serve, daemon=True).start()
    return subprocess.run(command).returncode


sys.exit(main())
