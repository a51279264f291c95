"""What a hostile cell may try to reach, and the bait that tells whether it did.

Statements that must all be refused, in the words of the guarantees that they try.
"""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.folders import Course
from grader.course.hidden import hidden_files
from grader.sandbox import policy, words


@dataclass(frozen=True, kw_only=True)
class Bait:
    """What a hostile cell may try to reach: a file, and listening sockets."""

    folder: Path
    file: Path
    abstract: str
    port: int
    sockets: tuple[socket.socket, ...]


@contextlib.contextmanager
def bait() -> Iterator[Bait]:
    """Lay out what lies about on a computer: another's file and listening sockets."""
    with (
        tempfile.TemporaryDirectory(prefix="grader-bait-") as name,
        contextlib.ExitStack() as stack,
    ):
        folder = Path(name)
        (folder / "file").write_text("another submission", encoding="ascii")
        (folder / "file").chmod(0o600)
        os.utime(folder / "file", (1, 1))
        # A process's number may be another's, too, in a container that shares its host's network.
        abstract = folder.name
        kinds: list[tuple[int, int, Any]] = [
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "stream")),
            (socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "datagram")),
            (socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{abstract}"),
        ]
        made = []
        for family, kind, address in kinds:
            end = stack.enter_context(socket.socket(family, kind))
            end.bind(address)
            if kind == socket.SOCK_STREAM:
                end.listen()
            end.setblocking(False)
            made.append(end)
        yield Bait(
            folder=folder,
            file=folder / "file",
            abstract=abstract,
            port=made[0].getsockname()[1],
            sockets=tuple(made),
        )


def attempts(course: Course, laid: Bait) -> dict[str, list[str]]:
    """Return statements by guarantee; each must be refused."""
    folders = course.solutions.glob("*/")
    hidden = next((f / file for f in folders for file in hidden_files(f)), course.solutions)
    judge, here = os.getpid(), "('127.0.0.1', PORT)".replace("PORT", str(laid.port))
    clone = 56 if platform.machine() == "x86_64" else 220
    udp = laid.sockets[1].getsockname()
    pair = "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]"
    return {
        words.NO_TCP: [
            f"socket.create_connection({here}, 1)",
            # TCP Fast Open sends, and connects, without connect().
            f"socket.socket().sendto(b'x', 0x20000000, {here})",
            f"socket.socket(proto=262).connect({here})",
        ],
        words.NO_UDP: [f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', {udp!r})"],
        words.NO_LOOK_UP: ["socket.getaddrinfo('example.org', 80)"],
        words.NO_LISTENING: ["socket.socket().bind(('127.0.0.1', 0))"],
        words.NO_OTHER_SOCKETS: ["socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"],
        words.NO_SOCKET_FILE: [
            f"socket.socket(socket.AF_UNIX).connect({str(laid.folder / 'stream')!r})",
            f"{pair}.sendto(b'x', {str(laid.folder / 'datagram')!r})",
        ],
        words.NO_ABSTRACT_SOCKET: [f"{pair}.sendto(b'x', '\\0{laid.abstract}')"],
        words.NO_SOLUTIONS: [
            f"open({str(hidden)!r}).read()",
            f"os.listdir({str(course.solutions)!r})",
        ],
        words.NO_CLASS: [f"os.listdir({str(course.class_folder)!r})"],
        words.NO_OTHER_SUBMISSION: [
            f"open({str(laid.file)!r}).read()",
            f"os.symlink({str(laid.file)!r}, 'link') or open('link').read()",
            f"os.link({str(laid.file)!r}, 'hard') or open('hard').read()",
            "os.listdir('..')",
        ],
        words.NO_HOME: [f"os.listdir({str(Path.home())!r})"],
        words.NO_PROC: [
            "open('/proc/self/maps').read()",
            f"open('/proc/{judge}/environ').read()",
        ],
        words.NO_WRITING: [
            f"open({str(laid.file)!r}, 'w')",
            f"os.truncate({str(laid.file)!r}, 0)",
            f"os.remove({str(laid.file)!r})",
            f"os.rename({str(laid.file)!r}, {str(laid.folder / 'moved')!r})",
            f"open({str(laid.folder / 'new')!r}, 'w')",
            "open('../new', 'w')",
            "open(os.environ['MPLCONFIGDIR'] + '/new', 'w')",
            "open(os.__file__ + 'x', 'w')",
            "open('/dev/shm/grader-bait', 'w')",
        ],
        words.NO_ATTRIBUTES: [
            f"os.chown({str(laid.file)!r}, 12345, 12345)",
            f"os.setxattr({str(laid.file)!r}, 'user.bait', b'')",
        ],
        words.NO_WORD: [
            "lock_unseen()",
            "fcntl.fcntl(open(os.__file__), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
            "fcntl.ioctl(open(os.__file__), 0x80086601, bytes(8))",
            "os.listxattr(os.__file__)",
            "call('inotify_init')",
            "call('eventfd', 0, 0)",
            "os.statvfs('.')",
        ],
        words.NO_COUNTS: [
            f"os.getpriority(os.PRIO_PROCESS, {judge})",
            f"time.clock_gettime((~{judge} << 3) | 2)",
            "os.getloadavg()",
        ],
        words.NO_SIGNAL_TO_WARM: ["os.kill(os.getppid(), 0)", "os.kill(os.getppid(), 18)"],
        words.NO_SIGNAL_TO_JUDGE: [f"os.kill({judge}, 0)"],
        words.NO_TRACING: [
            "call('ptrace', 16, os.getppid(), 0, 0)",
            "call('process_vm_readv', os.getppid(), 0, 0, 0, 0, 0)",
            "open(f'/proc/{os.getppid()}/mem', 'rb')",
        ],
        words.NO_SLOWING: [
            f"resource.prlimit({judge}, resource.RLIMIT_CORE)",
            f"os.setpriority(os.PRIO_PROCESS, {judge}, 0)",
            f"os.sched_setaffinity({judge}, os.sched_getaffinity(0))",
        ],
        words.NO_ROOT: [
            "os.chroot('.')",
            "time.clock_settime(time.CLOCK_REALTIME, time.time())",
            "os.mknod('disk', 0o60600, os.makedev(8, 0))",
            "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        ],
        words.NO_PROCESSES: [
            "os.fork()",
            "os.posix_spawn(sys.executable, [sys.executable], {})",
            "call('vfork')",
            "call('syscall', CLONE, 17, 0, 0, 0, 0)".replace("CLONE", str(clone)),
        ],
        words.NO_IMPORTS: [f"__import__({n!r})" for n in policy.WITHHELD],
        words.NO_UNCOUNTED_MEMORY: [
            "os.memfd_create('x')",
            "call('shmget', 0, 4096, 0o1600)",
            "multiprocessing.Semaphore()",
        ],
    }


# These report success and do nothing: whether they did is seen at the bait.
UNSEEN = """
for change in (
    lambda: os.chmod({file!r}, 0o777),
    lambda: os.utime({file!r}, (5, 5)),
    lambda: os.chmod({file!r}, 0, dir_fd=os.open("/", os.O_PATH)),
):
    try:
        change()
    except OSError:
        pass
"""

PREPARE = """
import ctypes, fcntl, multiprocessing, os, resource, socket, sys, time
_library = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    result = getattr(_library, name)(*[ctypes.c_long(a) for a in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), name)

def lock_unseen():
    first, second = open(os.__file__), open(os.__file__)
    fcntl.flock(first, fcntl.LOCK_EX)
    try:
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    raise OSError("nobody sees the lock")

def attempt(statement):
    try:
        eval(statement)
    except (ImportError, OSError, ValueError) as error:
        return f"{type(error).__name__}"
    return "allowed"
"""
