"""The site built once more, cold and elsewhere. It takes longest, so that its file comes first."""

import hashlib

from site_tools.cache import ROOT
from tests.building import copy_of_the_tree, run_build


def test_a_cold_build_elsewhere_gives_the_same_bytes(site, tmp_path):
    tree = copy_of_the_tree(tmp_path)
    git = ROOT / ".git"
    if git.exists():
        (tree / ".git").symlink_to(git)
    code, said = run_build(tree)
    assert code == 0, said
    ours, theirs = ({path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                     for path in root.rglob("*") if path.is_file()} for root in (site, tree / "site"))
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
