"""The manifests of deploy/ are such that Kubernetes would take them, and the operator of Dask."""

import importlib.util
import re
import tomllib
from importlib import metadata
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy"
CORE = ("v1", "apps/v1", "networking.k8s.io/v1")
OPERATORS = "kubernetes.dask.org/v1"
# The operator's own schema has the pods of Kubernetes 1.21; this is the oldest at hand.
ITS_KUBERNETES = "1.25.0"
CRD = "daskcluster.yaml"
SETTINGS = FOLDER / "dask.yaml"  # Dask's own, no manifest


def closed(*required, **properties):
    """Return a schema that refuses what it does not know, as `kubectl apply` does."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


# What is the operator's own in a DaskCluster; pods and services are Kubernetes'.  As in
# dask_kubernetes/operator/customresources/templates.yaml of dask-kubernetes 2026.3.0, which is
# under BSD-3-Clause.
WORDS = {"type": "object", "additionalProperties": {"type": "string"}}
ABOUT = closed(annotations=WORDS, labels=WORDS)
ITS_OWN = closed(
    "scheduler",
    "worker",
    idleTimeout={"type": "integer"},
    scheduler=closed(
        "spec", "service", metadata=ABOUT, spec={"type": "object"}, service={"type": "object"}
    ),
    worker=closed("spec", replicas={"type": "integer"}, metadata=ABOUT, spec={"type": "object"}),
)


def manifests():
    return [
        (path.name, found)
        for path in sorted(set(FOLDER.glob("*.yaml")) - {SETTINGS})
        for found in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]


def resources():
    return [pytest.param(found, id=f"{name}: {found['kind']}") for name, found in manifests()]


def of_kind(kind):
    return [found for _, found in manifests() if found["kind"] == kind]


def pod(spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a-pod"}, "spec": spec}


def parts(found):
    """Return what the schemas know of a resource: of the operator's, the pods and the service."""
    if found["apiVersion"] in CORE:
        return [found]
    spec = found["spec"]
    about = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a-service"}}
    return [
        pod(spec["scheduler"]["spec"]),
        pod(spec["worker"]["spec"]),
        {**about, "spec": spec["scheduler"]["service"]},
    ]


def pods():
    """Return the specs of all pods that come to be."""
    found = [part for _, each in manifests() for part in parts(each)]
    specs = [p["spec"].get("template", {}).get("spec", p["spec"]) for p in found if "spec" in p]
    return [spec for spec in specs if "containers" in spec]


def operators_schema():
    """Return the schema of a DaskCluster that comes with the operator, refusing what is unknown."""
    try:
        files = metadata.distribution("dask-kubernetes").files or ()
    except metadata.PackageNotFoundError:
        pytest.skip("needs the operator's schema: pip install --no-deps dask-kubernetes")
    (path,) = (each.locate() for each in files if each.match(f"crds/{CRD}"))
    crd = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    (version,) = crd["spec"]["versions"]
    assert f"{crd['spec']['group']}/{version['name']}" == OPERATORS
    return strict(version["schema"]["openAPIV3Schema"]["properties"]["spec"])


def strict(schema):
    """Return a structural schema in which nothing is allowed that is not named."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string") is True:
        made["type"] = ["integer", "string"]
    if schema.get("type") == "object" and "properties" in schema:
        made["additionalProperties"] = False
    return made


@pytest.mark.parametrize("found", resources())
def test_a_manifest_is_as_its_schema_says(found):
    ours = found["apiVersion"] in CORE
    version = kubernetes_validate.latest_version() if ours else ITS_KUBERNETES
    for part in parts(found):
        kubernetes_validate.validate(part, version, strict=True)


def test_the_schemas_refuse_what_is_misspelt():
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            pod({"containers": [{"name": "a", "imagee": "b"}]}), ITS_KUBERNETES, strict=True
        )


def test_a_cluster_has_what_the_operator_asks_for_and_nothing_that_it_does_not_know():
    (found,) = of_kind("DaskCluster")

    assert found["apiVersion"] == OPERATORS
    jsonschema.validate(found["spec"], ITS_OWN)


def test_the_operators_own_schema_takes_the_cluster():
    schema = operators_schema()
    (found,) = of_kind("DaskCluster")

    jsonschema.validate(found["spec"], schema)
    found["spec"]["worker"]["spec"]["containers"][0]["imagee"] = "b"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found["spec"], schema)


def test_the_operator_finds_the_ports_by_the_names_that_it_looks_for_and_may_reach_them():
    """Without the second it cannot take a worker away: it asks there which one can be spared."""
    (found,) = of_kind("DaskCluster")
    ports = found["spec"]["scheduler"]["service"]["ports"]
    (policy,) = (
        each for each in of_kind("NetworkPolicy") if "operator" in each["metadata"]["name"]
    )
    (rule,) = policy["spec"]["ingress"]
    (inside,) = rule["from"]
    named = inside["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]

    assert {port["name"]: port["port"] for port in ports} == {
        "tcp-comm": 8786,
        "http-dashboard": 8787,
    }
    assert [port["port"] for port in rule["ports"]] == [8786, 8787]
    assert f"--create-namespace -n {named} " in (ROOT / "docs/scale.md").read_text(encoding="utf-8")


def test_no_pod_has_more_rights_than_anybody():
    containers = [each for spec in pods() for each in spec["containers"]]

    assert len(containers) == 3
    for container in containers:
        context = container["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["seccompProfile"]["type"] in {"RuntimeDefault", "Localhost"}
        assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_a_profile_of_our_own_is_asked_for_only_where_nodes_have_it():
    """Elsewhere a container would not be made."""
    for spec in pods():
        kinds = [each["securityContext"]["seccompProfile"]["type"] for each in spec["containers"]]
        assert ("Localhost" in kinds) == (spec.get("nodeSelector") == {"grading": "yes"})


def test_the_container_file_takes_what_there_is():
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    copied = " ".join(re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE)).split()
    (extras,) = re.findall(r"'\.\[(.*)\]'", text)

    assert {"byhand", "grader", "requirements.lock"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


@pytest.fixture(scope="module")
def profile():
    """The program that makes a profile of Docker's."""
    about = importlib.util.spec_from_file_location("seccomp_profile", FOLDER / "seccomp_profile.py")
    module = importlib.util.module_from_spec(about)
    about.loader.exec_module(module)
    return module


def made(profile, *rules, **options):
    """Return what is made of a profile of Docker's form with these rules."""
    machines = [
        {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
        {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": None},
    ]
    dockers = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        "archMap": machines,
        "syscalls": [{"action": "SCMP_ACT_ALLOW", **rule} for rule in rules],
    }
    return profile.decided(dockers, **options)


def names(found):
    return [name for rule in found["syscalls"] for name in rule["names"]]


def test_a_profile_leaves_no_condition_to_a_reader_that_passes_over_it(profile):
    found = made(
        profile,
        {"names": ["read"]},
        {"names": ["mount"], "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["clone3"], "errnoRet": 38, "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["arch_prctl"], "includes": {"arches": ["amd64", "x32"]}},
        {"names": ["swapcontext"], "includes": {"arches": ["ppc64le"]}},
        {"names": ["ptrace"], "includes": {"minKernel": "4.8"}},
    )

    assert names(found) == ["read", "clone3", "arch_prctl", "ptrace", "pidfd_getfd"]
    assert {key for rule in found["syscalls"] for key in rule} <= {"names", "action", "errnoRet"}
    assert found["syscalls"][1]["errnoRet"] == 38
    assert found["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]


def test_a_profile_allows_namespaces_only_where_that_is_asked_for(profile):
    assert names(made(profile)) == ["pidfd_getfd"]
    assert "unshare" in names(made(profile, namespaces=True))


def test_dask_knows_each_of_its_settings():
    """A name that it does not know is passed over without a word."""
    import distributed

    given = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    theirs = yaml.safe_load(
        (Path(distributed.__file__).parent / "distributed.yaml").read_text(encoding="utf-8")
    )

    assert set(leaves(given)) <= set(leaves(theirs))


def leaves(settings, name=""):
    """Yield the full names of nested settings."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            yield from leaves(value, f"{name}.{key}")
    else:
        yield name
