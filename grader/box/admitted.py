"""The system calls that a submission may make; all others fail, those of kernels to come too.

The list was made by running the lessons, the corpus and ordinary work with NumPy, SciPy,
pandas, Matplotlib, scikit-learn and the standard library under strace, and was then read
line by line.  What one submission could leave where another finds it is not on it: locks
and leases, attributes, watches on files, counts that the whole machine shares.

What Python and its packages take as "not there" fails as that, so that they go on
without; what a copy of a file asks for besides its content seems to succeed.
"""

from __future__ import annotations

import os
import platform
import re
from functools import lru_cache

from .seccomp import (
    ALLOW,
    IF_EQUAL,
    IGNORED,
    INVALID,
    NO_SUCH_CALL,
    NOT_A_TERMINAL,
    NOT_PERMITTED,
    NOT_SUPPORTED,
    TRY_AGAIN,
    Instruction,
    among,
    any_of,
    below,
    install,
    load,
    number_packed,
    opening,
    packed,
    when,
    with_any,
)

_ADMITTED = """
# Read and write what is open: files of its own, installed ones, pipes.
read 0 63, readv 19 65, pread64 17 67, preadv 295 69, write 1 64, writev 20 66,
pwrite64 18 68, pwritev 296 70, lseek 8 62, sendfile 40 71, close 3 57, close_range 436 436,
dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, fsync 74 82, fdatasync 75 83,
ftruncate 77 46

# Open files and look at them; Landlock says which ones.
open 2 -, openat 257 56, creat 85 -, truncate 76 45, stat 4 -, lstat 6 -, fstat 5 80,
newfstatat 262 79, statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439,
readlink 89 -, readlinkat 267 78, getdents 78 -, getdents64 217 61, getcwd 79 17,
chdir 80 49, fchdir 81 50

# Make, rename and remove, in its own folder.
mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -, unlinkat 263 35, rename 82 -,
renameat 264 38, renameat2 316 276, link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36,
umask 95 166

# Memory of its own, and of files that it has open.
brk 12 214, munmap 11 215, mremap 25 216, mprotect 10 226, msync 26 227

# Signals, to itself: Landlock lets none out.
kill 62 129, tkill 200 130, tgkill 234 131, rt_sigaction 13 134, rt_sigprocmask 14 135,
rt_sigreturn 15 139, rt_sigpending 127 136, rt_sigsuspend 130 133, rt_sigtimedwait 128 137,
sigaltstack 131 132, alarm 37 -, pause 34 -, getitimer 36 102, setitimer 38 103,
restart_syscall 219 128

# Wait, and know the time.
nanosleep 35 101, time 201 -, gettimeofday 96 169, times 100 153, select 23 -,
pselect6 270 72, poll 7 -, ppoll 271 73, epoll_create 213 -, epoll_create1 291 20,
epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22

# Threads, and their end.
exit 60 93, exit_group 231 94, gettid 186 178, set_robust_list 273 99, rseq 334 293,
sched_yield 24 124, sched_getaffinity 204 123, getcpu 309 168

# What it is, and what it may use; limits can only be lowered.
getpid 39 172, getppid 110 173, getpgrp 111 -, getpgid 121 155, getsid 124 156,
getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getresuid 118 148,
getresgid 120 150, getgroups 115 158, getrlimit 97 163, setrlimit 160 164,
getrusage 98 165, uname 63 160, getrandom 318 278

# Two ends of a socket without a name, as an event loop has them; `socket` itself is refused.
socketpair 53 199, getsockname 51 204, getpeername 52 205, getsockopt 55 209,
setsockopt 54 208, shutdown 48 210, recvfrom 45 207
"""
_PROCESSES = """
# Processes, where a notebook may have some.
fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, wait4 61 260, waitid 247 95,
setsid 112 157, setpgid 109 154, set_tid_address 218 96, arch_prctl 158 -,
pidfd_open 434 434, sendmsg 46 211, recvmsg 47 212
"""
# Copying a file asks for its mode and times, too; a lock is one among others' processes.
_IGNORED = """
chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, utime 132 -, utimes 235 -,
futimesat 261 -, utimensat 280 88, flock 73 32, fadvise64 221 223
"""
# Attributes, and space beyond what is written: what asks for them goes on without.
_NOT_SUPPORTED = """
setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, getxattr 191 8, lgetxattr 192 9,
fgetxattr 193 10, listxattr 194 11, llistxattr 195 12, flistxattr 196 13, removexattr 197 14,
lremovexattr 198 15, fremovexattr 199 16, fallocate 285 47
"""
_NOT_PERMITTED = """
socket 41 198, chown 92 -, lchown 94 -, fchown 93 55, fchownat 260 54, setpriority 141 140
"""
# Some of those that are admitted: see `_about_itself`.
_ABOUT_A_PROCESS = """
kill 62 129, tkill 200 130, tgkill 234 131, getpgid 121 155, getsid 124 156,
sched_getaffinity 204 123
"""
# By their arguments: see `_by_argument`.
_LOOKED_AT = """
fcntl 72 25, ioctl 16 29, futex 202 98, madvise 28 233, mmap 9 222, prctl 157 167,
clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115, clone 56 220,
sendto 44 206, prlimit64 302 261
"""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = tuple(_ARCHITECTURES)

_DUPLICATE, _DUPLICATE_CLOSING = 0, 1030
_FLAGS = (1, 2, 3, 4)  # of a descriptor and of an open file
_LOCKS = (5, 6, 7, 36, 37, 38)
_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # terminal? size? waiting? flags
_PRIVATE, _WAIT, _WAIT_BITSET, _REALTIME, _WAKE, _WAKE_BITSET = 128, 0, 9, 256, 1, 10
_ORDINARY_ADVICE = (*range(5), 8, 10, 11, *range(14, 18))
_HUGE_PAGES = 0x40000
_NAMES = (15, 16)  # of a thread: to set, to get
_OWN_CLOCKS = 16  # from there on, and below 0, are those of other processes
_THREAD, _NAMESPACES = 0x10000, 0x7E020000
_OWN = 0xFFFFFFFF  # stands for a process's number, and is none


def numbers(listed: str, machine: str) -> dict[str, int]:
    """Return the calls of a list that a machine has, by name, with the numbers they have there."""
    column = 1 + MACHINES.index(machine)
    calls = re.findall(r"^#.*|(\w+) (\d+|-) (\d+|-)", listed, re.MULTILINE)
    return {call[0]: int(call[column]) for call in calls if call[column] not in ("", "-")}


def everything(machine: str) -> dict[str, int]:
    """Return all calls that are named here, for a test to compare with the kernel's own list."""
    lists = (_ADMITTED, _PROCESSES, _IGNORED, _NOT_SUPPORTED, _NOT_PERMITTED, _LOOKED_AT)
    return {name: number for listed in lists for name, number in numbers(listed, machine).items()}


def _by_argument(*, processes: bool) -> dict[str, list[Instruction]]:
    """Return what to do about the calls of which some are admitted."""
    namespaces = with_any(_NAMESPACES, NOT_PERMITTED)
    thread = with_any(_THREAD, ALLOW)
    own_clock = [load(0), *below(_OWN_CLOCKS, ALLOW), INVALID]
    return {
        # A lock on a file that others read would tell them something, and so would a lease.
        "fcntl": [
            load(1),
            *among((_DUPLICATE, _DUPLICATE_CLOSING, *_FLAGS), ALLOW),
            *among(_LOCKS, IGNORED),
            INVALID,
        ],
        "ioctl": [load(1), *among(_REQUESTS, ALLOW), NOT_A_TERMINAL],
        # Nobody waits in memory that is shared, for it may be a file that others read; whoever
        # waits there for a thread's end asks again.
        "futex": [
            load(1),
            *with_any(_PRIVATE, ALLOW),
            *among((_WAKE, _WAKE_BITSET), ALLOW),
            *among((_WAIT, _WAIT | _REALTIME, _WAIT_BITSET, _WAIT_BITSET | _REALTIME), TRY_AGAIN),
            NO_SUCH_CALL,
        ],
        # Not: to put a file's pages out of memory, or to have equal pages found.
        "madvise": [load(2), *among(_ORDINARY_ADVICE, ALLOW), INVALID],
        "mmap": [load(3), *with_any(_HUGE_PAGES, INVALID), ALLOW],
        # Not: to hide its open files from the judge.
        "prctl": [load(0), *among(_NAMES, ALLOW), INVALID],
        "clock_gettime": own_clock,
        "clock_getres": own_clock,
        "clock_nanosleep": own_clock,
        "clone": [load(0), *namespaces, *([ALLOW] if processes else [*thread, NOT_PERMITTED])],
        # To the other end, and to no address.
        "sendto": [
            load(4),
            (IF_EQUAL, 1, 0, 0),
            NOT_PERMITTED,
            load(4, upper=True),
            (IF_EQUAL, 1, 0, 0),
            NOT_PERMITTED,
            ALLOW,
        ],
        # Its own limits alone.
        "prlimit64": [load(0), *among((0,), ALLOW), NOT_PERMITTED],
    }


@lru_cache
def _pieces(machine: str, *, processes: bool) -> list[bytes]:
    """Return a filter in pieces; between them belongs the number of the process that it is for.

    What a child makes of many small objects, it pays for by copies of the pages they lie on.
    """
    looked_at, rules = numbers(_LOOKED_AT, machine), _by_argument(processes=processes)
    lines = [line for name in looked_at for line in when(looked_at[name], rules[name])]
    admitted = numbers(_ADMITTED, machine)
    if processes:
        admitted |= numbers(_PROCESSES, machine)
    for calls, answer in (
        (admitted, ALLOW),
        (numbers(_IGNORED, machine), IGNORED),
        (numbers(_NOT_SUPPORTED, machine), NOT_SUPPORTED),
        (numbers(_NOT_PERMITTED, machine), NOT_PERMITTED),
    ):
        lines += any_of(calls.values(), answer)
    about_itself = [] if processes else _about_itself(machine, _OWN)
    start = opening(_ARCHITECTURES[machine])
    return packed([*start, *about_itself, *lines, NO_SUCH_CALL]).split(number_packed(_OWN))


def _about_itself(machine: str, pid: int) -> list[Instruction]:
    """Return what lets calls about a process tell of this one alone.

    Whether a number is taken by another would be told apart by how the call fails.
    """
    found, own = numbers(_ABOUT_A_PROCESS, machine), (0, pid)
    rule = [load(0), *among(own, ALLOW), NOT_PERMITTED]
    return [line for number in found.values() for line in when(number, rule)]


def admit(*, processes: bool) -> None:
    """Let this process, for good, make no other system calls.

    Args:
        processes: whether it may start others; threads may always be started.
    """
    pieces = _pieces(platform.machine(), processes=processes)
    install(number_packed(os.getpid()).join(pieces))


def prepare() -> None:
    """Make the filters beforehand: a child need not."""
    for processes in (False, True):
        _pieces(platform.machine(), processes=processes)
