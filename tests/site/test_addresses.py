"""The two addresses of ``_config.yml`` stand in CITATION.cff as well, or in neither."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_citation_names_the_same_addresses_as_the_configuration():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation.get("url", "") == config["html"]["baseurl"]
    assert citation.get("repository-code", "") == config["repository"]["url"]


def test_actions_are_pinned_and_rights_are_told():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}, path.name
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        used = [step["uses"] for step in steps if "uses" in step]
        assert all(len(name.partition("@")[2]) == 40 for name in used), path.name
