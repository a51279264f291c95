"""Make the seccomp profile of a worker's container from Docker's default one.

    python3 deploy/seccomp_profile.py < default.json > grader.json

Docker's profile has rules with conditions, such as a capability that the container must have.
containerd, which most Kubernetes nodes run, reads a profile as the OCI runtime specification
has it: without them, so that each such rule would hold for everybody.  They are decided here,
for a container without capabilities on one of the machines that the sandbox knows.
"""

import json
import sys
from typing import Any

# The sandbox's supervisor answers by it the calls that it holds up; Docker gives it to tracers.
ADDED = ("pidfd_getfd",)
# With these, where a user may have namespaces, the kernel holds what a submission writes.
FOR_NAMESPACES = ("unshare", "mount", "mount_setattr", "umount2")

_MACHINES = {"amd64", "x86", "x32", "arm64", "arm"}  # those that can run, and their older ways
_ARCHITECTURES = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")
_KEPT = ("names", "action", "errnoRet", "args")


def decided(profile: dict[str, Any], *, namespaces: bool = False) -> dict[str, Any]:
    """Return a profile of Docker's form in that of the OCI runtime specification.

    Args:
        namespaces: allow what a process needs to get namespaces, too.
    """
    added = ADDED + (FOR_NAMESPACES if namespaces else ())
    rules = [
        {key: rule[key] for key in _KEPT if rule.get(key)}
        for rule in profile["syscalls"]
        if _holds(rule.get("includes") or {})
    ]
    known = [each for each in profile["archMap"] if each["architecture"] in _ARCHITECTURES]
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile["defaultErrnoRet"],
        "architectures": [
            name
            for each in known
            for name in (each["architecture"], *(each["subArchitectures"] or ()))
        ],
        "syscalls": [*rules, {"names": list(added), "action": "SCMP_ACT_ALLOW"}],
    }


def _holds(condition: dict[str, Any]) -> bool:
    """Whether a rule is for such a container; a kernel with Landlock is new enough for all."""
    machines = set(condition.get("arches") or _MACHINES)
    return not condition.get("caps") and bool(machines & _MACHINES)


if __name__ == "__main__":
    made = decided(json.load(sys.stdin), namespaces="--namespaces" in sys.argv)
    json.dump(made, sys.stdout, indent=1)
