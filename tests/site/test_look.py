"""Every page of the built site in Chromium, as a host serves it and as a folder without a network.

A test looks at a page and its twin; what it finds wrong it says together, a line a fault:
`story/adam.html (ko, dark): …`. What it asks of them was noted in one visit (`reading.py`).
"""

import re
from types import SimpleNamespace

import pytest

from site_tools.pages import LANGUAGES
from tests.site.looking import FOLDER, HTTP, NAMES, STORY, faces, report, strange

BUDGET = {"en": 160_000, "ko": 271_000}  # bytes on the wire, everything, first visit
every_page = pytest.mark.parametrize("name", NAMES)


# What every page owes

@pytest.mark.parametrize("view", ["light", "folder"])
@every_page
def test_no_errors_and_no_other_host(seen, name, view):
    report([f"{path} ({view}): {fault}" for path, facts in seen(name, view).items() for fault in facts.faults])


@every_page
def test_first_visit_is_light(seen, name):
    faults = []
    for path, facts in seen(name, "light").items():
        total, most = sum(size for _, size in facts.sent), BUDGET[path[:2]]
        if total > most or total < 20_000:
            rows = sorted(facts.sent, key=lambda row: -row[1])
            faults.append("\n".join([f"{path}: {total:,} bytes, allowed are {most:,}"]
                                    + [f"{size:10,}  {name}" for name, size in rows]))
    report(faults)


@every_page
def test_no_sideways_scroll_on_a_phone(seen, name):
    faults = []
    for path, facts in seen(name, "phone").items():
        if facts.width > 390:
            faults.append(f"{path}: {facts.width} px wide at 390: {facts.wide}")
        if facts.narrow > 320:
            faults.append(f"{path}: {facts.narrow} px wide at 320")
    report(faults)


@every_page
def test_no_word_of_a_table_is_broken(seen, name):
    report([f"{path} (phone): {word} stands in two lines" for path, facts in seen(name, "phone").items()
            for word in facts.broken])


@pytest.mark.parametrize("view", ["light", "phone"])
@every_page
def test_what_is_cut_at_its_edge_shows_it(seen, name, view):
    report([f"{path} ({view}): no shadow at the edge of {box}" for path, facts in seen(name, view).items()
            for box in facts.cut])


@every_page
def test_formulas_are_seen_whole(seen, name):
    report([f"{path} (phone): wider than the screen: {tex}" for path, facts in seen(name, "phone").items()
            for tex in facts.wider])


@pytest.mark.parametrize("view", ["light", "phone"])
@every_page
def test_copy_button_lies_on_no_code(seen, name, view):
    report([f"{path} ({view}): a button on {code}" for path, facts in seen(name, view).items()
            for code in facts.covered])


@pytest.mark.parametrize("view", ["light", "phone"])
@every_page
def test_an_address_leads_to_its_heading(seen, name, view):
    """On a wide screen the table of contents marks it; on a phone, which hides that, it is seen below the header."""
    report([f"{path} ({view}): {fault}" for path, facts in seen(name, view).items() for fault in facts.astray])


@pytest.mark.parametrize("view", ["light", "dark", "phone"])
@every_page
def test_axe_finds_nothing(seen, name, view):
    notes = seen(name, {"dark": "folder"}.get(view, view))  # the machine of the folder is dark
    report([f"{path} ({view}): {fault}" for path, facts in notes.items() for fault in facts.axe])


@pytest.mark.parametrize("view", ["light", "phone"])
@every_page
def test_figures_have_names_and_room(seen, name, view):
    faults = []
    for path, facts in seen(name, view).items():
        for figure in (SimpleNamespace(**drawn) for drawn in facts.figures):
            where = f"{path} ({view}) {figure.name}"
            if len(figure.label) < 5:
                faults.append(f"{where}: its name for screen readers is {figure.label!r}")
            if set(figure.fonts) - {facts.font}:
                faults.append(f"{where}: text in {figure.fonts}, the page in {facts.font}")
            faults += [f"{where}: {words!r} stands out of the drawing" for words in figure.outside]
    report(faults)


@every_page
def test_figures_follow_the_palette(seen, name):
    faults = []
    for path, facts in seen(name, "light").items():
        for light, dark in zip(facts.figures, seen(name, "folder")[path].figures, strict=True):
            same = set(light["colours"]) & set(dark["colours"])
            if same or not light["colours"]:
                faults.append(f"{path} {light['name']}: the same {same or 'nothing'} in light and dark")
    report(faults)


@pytest.mark.parametrize("view", ["light", "phone"])
@every_page
def test_shipped_fonts_show_every_letter(seen, name, site, view):
    report([f"{path} ({view}): {fault}" for path, facts in seen(name, view).items()
            for fault in strange(facts.text, faces(site, path))])


@pytest.mark.parametrize("view", ["light", "folder"])
@every_page
def test_fonts_are_loaded(seen, name, site, view):
    faults = []
    for path, facts in seen(name, view).items():
        loaded = [face for face, status in zip(faces(site, path), facts.fonts, strict=True) if status == "loaded"]
        faults += [f"{path} ({view}): not loaded: {fault}" for fault in strange(facts.text, loaded)]
        used = {re.split(r"[,|]", face)[0] for face in facts.text}
        wanted = {"Moments Sans", "Moments Serif"} | ({"KaTeX_Math"} if facts.formulas > 5 else set())
        wanted |= {"KaTeX_Main"} if facts.displays else set()  # single letters need Math alone
        faults += [f"{path} ({view}): nothing is set in {family}" for family in sorted(wanted - used)]
    report(faults)


# The twin, no scripts, the search, copying

@every_page
def test_hreflang_points_at_the_twin(seen, name, roots, site):
    faults = []
    for path, facts in seen(name, "light").items():
        if facts.lang != path[:2]:
            faults.append(f"{path}: <html lang={facts.lang}>")
        wanted = [[code, f"{roots[HTTP]}{code}{path[2:]}"] for code in LANGUAGES]
        if facts.links != wanted:
            faults.append(f"{path}: hreflang {facts.links}")
        faults += [f"{path}: there is no {url}" for _, url in facts.links
                   if not (site / url.removeprefix(roots[HTTP])).is_file()]
    report(faults)


@every_page
def test_without_scripts(seen, name):
    report([fault for faults in seen(name, "plain").values() for fault in faults])


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@every_page
def test_switch_goes_to_the_twin_and_keeps_the_heading(seen, name, scheme):
    report([fault for faults in seen(name, f"switch {scheme}").values() for fault in faults])


@every_page
def test_copy_button_copies_the_code(seen, name):
    report([fault for facts in seen(name, "light").values() for fault in facts.copied])


@pytest.mark.parametrize("name", [STORY])
def test_there_is_something_to_look_at(seen, name):
    """Guards the tests above against passing on nothing."""
    for view in ("light", "phone", "folder"):
        assert all(facts.figures and facts.blocks and facts.displays for facts in seen(name, view).values())
    assert all(facts.pressed for facts in seen(name, "light").values())
