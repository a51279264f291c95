"""The manifests of deploy/ are such that Kubernetes would take them."""

import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy"
CORE = ("v1", "apps/v1", "networking.k8s.io/v1")


def resources():
    for path in sorted(FOLDER.glob("*.yaml")):
        for found in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield pytest.param(found, id=f"{path.name}: {found['kind']}")


def pod(spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a-pod"}, "spec": spec}


def parts(found):
    """Return what the schemas know of a resource: of the operator's, the pods and the service."""
    if found["apiVersion"] in CORE:
        return [found]
    assert (found["apiVersion"], found["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    spec = found["spec"]
    assert set(spec) == {"scheduler", "worker"}
    assert set(spec["scheduler"]) == {"spec", "service"}
    assert set(spec["worker"]) == {"replicas", "spec"}
    about = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a-service"}}
    return [
        pod(spec["scheduler"]["spec"]),
        pod(spec["worker"]["spec"]),
        {**about, "spec": spec["scheduler"]["service"]},
    ]


@pytest.mark.parametrize("found", list(resources()))
def test_a_manifest_is_as_its_schema_says(found):
    for part in parts(found):
        kubernetes_validate.validate(part, kubernetes_validate.latest_version(), strict=True)


def test_the_schemas_refuse_what_is_misspelt():
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            pod({"containers": [{"name": "a", "imagee": "b"}]}),
            kubernetes_validate.latest_version(),
            strict=True,
        )


def test_no_pod_has_more_rights_than_anybody():
    found = [part for each in resources() for part in parts(each.values[0])]
    specs = [p["spec"].get("template", {}).get("spec", p["spec"]) for p in found if "spec" in p]
    containers = [each for spec in specs for each in spec.get("containers", [])]

    assert len(containers) == 3
    for container in containers:
        context = container["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
