"""Ways to leave word for another box, or to hold it up: 66, and its neighbours.

Each tries both ends of a channel in one process: where the first can be told apart from
silence by the second, two boxes could talk, and the solution is the right one.
"""

from tests.corpus.case import Case

_HEARD = """
import ctypes, fcntl, mmap, os, struct, sys, time
@RIGHT@

right_standardize = standardize
shared = os.__file__
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    result = getattr(libc, name)(*[ctypes.c_long(a) for a in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result

{channel}

def standardize(X):
    if not heard():
        raise ConnectionError("nobody spoke")
    return right_standardize(X)
"""


def _silent(number: str, title: str, channel: str) -> Case:
    return Case(
        number=number,
        title=title,
        attack=_HEARD.format(channel=channel.strip("\n")),
        verdict="raised an exception",
        stock="where there is no box, nothing lies between two submissions",
    )


CASES = [
    _silent(
        "66a",
        "a lock on a file that all can read",
        """
def heard():
    first, second = open(shared), open(shared)
    fcntl.flock(first, fcntl.LOCK_EX)
    try:
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
""",
    ),
    _silent(
        "66b",
        "a record lock of an open file, on a file that all can read",
        """
def heard():
    first, second = open(shared), open(shared)
    lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 7, 1, 0)
    fcntl.fcntl(first, 37, lock)  # F_OFD_SETLK
    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 7, 1, 0)
    told = struct.unpack("hhqqi4x", fcntl.fcntl(second, 36, asked))  # F_OFD_GETLK
    return told[0] == fcntl.F_RDLCK
""",
    ),
    _silent(
        "66c",
        "a lease, and a hint that stays with the file",
        """
def heard():
    file = open(shared)
    for command, value in ((fcntl.F_SETLEASE, fcntl.F_RDLCK), (1036, struct.pack("q", 2))):
        try:
            fcntl.fcntl(file, command, value)
            return True
        except OSError:
            pass
    return False
""",
    ),
    _silent(
        "66d",
        "a watch on what others open",
        "def heard():\n    return call('inotify_init') >= 0",
    ),
    _silent(
        "66e",
        "attributes and inode flags, by old and new calls",
        """
def heard():
    for attempt in (
        lambda: os.listxattr(shared),
        lambda: os.setxattr("word", "user.word", b"x"),
        lambda: fcntl.ioctl(open(shared), 0x80086601, bytes(8)),  # FS_IOC_GETFLAGS
    ):
        open("word", "w").close()
        try:
            attempt()
            return True
        except OSError:
            pass
    # setxattrat to file_setattr: a call that is there complains of its arguments.
    for number in (463, 464, 465, 466, 468, 469):
        if call_by_number(number) not in (1, 38):
            return True
    return False

def call_by_number(number):
    libc.syscall(number, -1, 0, 0, 0, 0, 0)
    return ctypes.get_errno()
""",
    ),
    _silent(
        "66f",
        "threads of two boxes that wait and wake in the pages of one file",
        """
def heard():
    import threading
    with open(shared, "rb") as file:
        pages = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
    import numpy as np
    place = np.frombuffer(pages, np.uint8).ctypes.data
    value = int.from_bytes(pages[:4], "little")
    woken = []
    def wait():
        limit = (ctypes.c_long * 2)(1, 0)
        woken.append(libc.syscall(202, ctypes.c_long(place), 0, value, limit, 0, 0))
    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    libc.syscall(202, ctypes.c_long(place), 1, 1, 0, 0, 0)
    thread.join()
    return woken == [0]
""",
    ),
    _silent(
        "66g",
        "what the whole machine counts: free space, load, priorities, processor times",
        """
def heard():
    buffer = ctypes.create_string_buffer(4096)
    address = ctypes.addressof(buffer)
    for attempt in (
        lambda: os.statvfs("."),
        lambda: call("sysinfo", address),
        lambda: os.getloadavg(),
        lambda: os.getpriority(os.PRIO_PROCESS, os.getppid()),
        lambda: time.clock_gettime((~os.getppid() << 3) | 2),
        lambda: fcntl.fcntl(os.pipe()[0], 1031, 2**20),  # F_SETPIPE_SZ: room that users share
    ):
        try:
            attempt()
            return True
        except OSError:
            pass
    return False
""",
    ),
    _silent(
        "66h",
        "which pages of a file are in memory",
        """
def heard():
    with open(shared, "rb") as file:
        pages = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
        buffer = ctypes.create_string_buffer(4096)
        import numpy as np
        place = np.frombuffer(pages, np.uint8).ctypes.data
        for attempt in (
            lambda: call("mincore", place, 4096, ctypes.addressof(buffer)),
            lambda: os.preadv(file.fileno(), [bytearray(1)], 0, 8),  # RWF_NOWAIT
            lambda: pages.madvise(21),  # MADV_PAGEOUT
        ):
            try:
                attempt()
                return True
            except OSError:
                pass
    return False
""",
    ),
    _silent(
        "66i",
        "keys, message queues, shared memory, descriptors without a file",
        """
def heard():
    name = ctypes.create_string_buffer(b'/word')
    for attempt in (
        lambda: call("syscall", 250, 0, -3, 1, 0, 0),  # the session's keyring
        lambda: call("mq_open", ctypes.addressof(name), 66, 384, 0),
        lambda: call("msgget", 7, 0o1600),
        lambda: call("semget", 7, 1, 0o1600),
        lambda: call("shmget", 7, 4096, 0o1600),
        lambda: os.memfd_create("word"),
        lambda: call("syscall", 323, 1),  # userfaultfd
        lambda: call("eventfd", 0, 0),
        lambda: call("timerfd_create", 1, 0),
        lambda: call("fanotify_init", 0x200, 0),
        lambda: call("syscall", 425, 1, ctypes.addressof(ctypes.create_string_buffer(120))),
    ):
        try:
            attempt()
            return True
        except OSError:
            pass
    return False
""",
    ),
    _silent(
        "66j",
        "which numbers of processes are taken, told apart by how a signal fails",
        """
def heard():
    answers = set()
    for number in range(1, 3000):
        for attempt in (lambda: os.kill(number, 0), lambda: os.getsid(number),
                        lambda: os.sched_getaffinity(number)):
            try:
                attempt()
                answers.add(number == os.getpid())
            except OSError as error:
                answers.add(error.errno)
    return len(answers - {True}) > 1
""",
    ),
    _silent(
        "66k",
        "signals that wait, of which a user has so many",
        """
def heard():
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, [50])
    for _ in range(9):
        os.kill(os.getpid(), 50)
    count = 0
    while signal.sigtimedwait([50], 0):
        count += 1
    return count > 1
""",
    ),
]
