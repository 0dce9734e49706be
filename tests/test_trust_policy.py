"""The content policy: what it finds in films, how it reads disguises, and what nobody can switch off."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from films import EXAMPLES, HEAD
from in_process import scenelang

import scenelang as sl
from scenelang.compiler.pipeline import Analysis, analyse
from scenelang.grammar.parse import parse, parse_file
from scenelang.trust.credential import read
from scenelang.trust.identity import local_identity, local_roots
from scenelang.trust.policy import PolicyError, bundled, overridden
from scenelang.trust.policy_film import judge
from scenelang.trust.policy_scores import scores
from scenelang.trust.policy_signing import load_rules, sign_policy, with_consents
from scenelang.trust.policy_text import plain, runs_together, views

SETS = Path(__file__).parent / "policy"
BAD = 'shot a 4s {\n  frame wide on mara\n  sound "the caliphate"\n  0s..2s mara waves, "join us" as calls\n}\n'


def analysis(text: str) -> Analysis:
    return analyse(*parse(HEAD.format(text), "test.scene"))


# Sets ----------------------------------------------------------------------------------------


def test_the_sets_are_large_and_split() -> None:
    ordinary = [line.split("\t") for line in (SETS / "ordinary.tsv").read_text().splitlines()]
    red = [line.split("\t") for line in (SETS / "red-team.tsv").read_text().splitlines()]
    assert len(ordinary) >= 300
    assert len({language for _, language, _ in ordinary}) >= 6
    assert len(red) >= 200
    for side, _, line in ordinary:
        held_out = hashlib.sha256(line.encode()).digest()[0] % 5 < 2
        assert side == ("held-out" if held_out else "tuned")


def test_the_policy_does_as_well_as_it_is_said_to() -> None:
    found = scores(bundled(), SETS)
    for side in ("tuned", "held-out"):
        assert found[side].alarm_rate <= 0.02
        assert found[side].recall >= 0.95
        assert (
            found[side].by_category["minors-sexual"][0]
            == found[side].by_category["minors-sexual"][1]
            > 0
        )


def test_fresh_lines_show_how_far_rules_of_words_go() -> None:
    """Not tuned for: what is published is what this holds. See tests/policy/README.md."""
    counts = {"ordinary": [0, 0], "red": [0, 0]}
    for line in (SETS / "fresh.tsv").read_text().splitlines():
        kind, _, text = line.split("\t")
        counts[kind][1] += 1
        counts[kind][0] += any(True for _ in bundled().matches([text]))
    assert counts == {"ordinary": [5, 45], "red": [0, 40]}


def test_the_examples_pass() -> None:
    for path in sorted(EXAMPLES.glob("*.scene")):
        film, found, _ = parse_file(path)
        assert judge(analyse(film, found), bundled()).diagnostics == (), path


# Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "disguised",
    ["Disembowel", "d1s3mb0w3l", "d i s e m b o w e l", "d.i.s.e.m.b.o.w.e.l", "dis\u200bem\u200dbowel", "disémbówel",
     "ｄｉｓｅｍｂｏｗｅｌ", "disеmbоwеl", "diiisemmmbooowel", "DISEMBOWEL", "d-i-s-e-m-b-o-w-e-l", "di\u00adsembowel"],
)  # fmt: skip
def test_disguises_are_seen_through(disguised: str) -> None:
    assert [m.category.name for m in bundled().matches([f"they {disguised} him"])] == ["gore"]


def test_texts_are_made_plain() -> None:
    assert plain("  Café\u200b\tNOIR ") == "cafe noir"
    assert plain("съёмка") == "съемка"  # Cyrillic alone is Cyrillic
    assert "kill" in views("k1ll")
    assert runs_together("say k i l l now") == "kill"
    assert len(plain("a" * 100_000)) <= 20_000


@pytest.mark.parametrize(
    "line", ["shoot the scene", "kill the lights", "naked eye", "the joke bombs", "heads roll at the company",
             "two people kiss", "a kind woman and a nude statue"],
)  # fmt: skip
def test_the_words_of_film_sets_are_no_violence(line: str) -> None:
    assert list(bundled().matches([line])) == []


def test_words_count_together_in_a_shot_or_in_a_line() -> None:
    policy = bundled()
    assert [m.rule.id for m in policy.matches(["breaking news on the screen", "an explosion"])] == [
        "attack-1"
    ]
    assert (
        list(policy.matches(["immigrants arrive", "vermin in the cellar"])) == []
    )  # hate is about one line
    assert [m.rule.id for m in policy.matches(["immigrants are vermin"])] == ["hate-1"]


# Films ---------------------------------------------------------------------------------------


def test_a_refusal_has_places_rule_and_reason() -> None:
    found = judge(analysis(BAD), bundled())
    assert found.refused
    (diagnostic,) = found.diagnostics
    assert (diagnostic.code, diagnostic.severity) == ("P001", "error")
    assert "rule terror-1" in diagnostic.message
    assert "terror or its makers praised" in diagnostic.message
    assert "shot `a`" in diagnostic.message
    line = HEAD.format(BAD).split("\n")[diagnostic.span.line - 1]
    assert "caliphate" in line
    assert [span.line for span, _ in diagnostic.labels] == [diagnostic.span.line + 1]


def test_every_text_of_a_shot_counts() -> None:
    bad = "a caliphate with glory"
    places = [
        f'shot a "{bad}" 4s {{ frame wide on mara }}',
        f'shot a 4s {{ frame wide on mara\n look "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n note "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n sound "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n 0s.. mara waves, "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n 0s.. mara says "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n 0s.. mara becomes "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n light sun "{bad}" }}',
        f'shot a 4s {{ frame wide on mara\n particles snow "{bad}" }}',
        f'place x "{bad}"\nshot a 4s in x {{ frame wide on mara }}',
        f'character x "{bad}"\nshot a 4s {{ frame wide on x }}',
        f'character x "a man" {{ wears "{bad}" }}\nshot a 4s {{ frame wide on x }}',
        f'scene s "{bad}" {{ shot a 4s {{ frame wide on mara }} }}',
        f'scene s {{ light sun "{bad}"\n shot a 4s {{ frame wide on mara }} }}',
    ]
    for text in places:
        assert judge(analysis(text), bundled()).refused, text
    for text in [
        f'shot a 4s {{ frame wide on mara\n avoid "{bad}" }}',  # what shall not be seen
        f'character x "{bad}"\nshot a 4s {{ frame wide on mara }}',  # who isn't in the film
        f"# {bad}\nshot a 4s {{ frame wide on mara }}",
    ]:
        assert not judge(analysis(text), bundled()).refused, text


def test_imported_casts_count(tmp_path: Path) -> None:
    (tmp_path / "cast.scene").write_text('scenelang 1\ncharacter x "a caliphate with glory"\n')
    film = tmp_path / "film.scene"
    film.write_text(
        'scenelang 1\nimport "cast.scene"\nfilm "f" { size 64x36 }\nshot a 1s { frame wide on x }\n'
    )
    done = scenelang("policy", "check", film)
    assert done.returncode == 3
    assert "cast.scene:2:" in done.stdout


def test_a_render_is_refused_before_any_work(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(HEAD.format(BAD))
    for command in (["render", film], ["preview", film], ["render", film, "-o", tmp_path / "x.mp4"]):
        done = scenelang(*command)
        assert done.returncode == 3
        assert f"{film}:10:9: error[P001]" in done.stderr
        assert "= hint: say it otherwise" in done.stderr
    assert list(tmp_path.iterdir()) == [film]
    assert scenelang("check", film).returncode == 0  # the language has nothing against it
    assert "refuses" in scenelang("explain", "P001").stdout


def test_the_python_api_is_refused_too(tmp_path: Path) -> None:
    import scenelang as sl

    film = sl.parse(HEAD.format(BAD))
    with pytest.raises(sl.SceneError, match="P001"):
        film.render(tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


# A policy of one's own -----------------------------------------------------------------------


def test_a_signed_policy_changes_what_may_be_changed(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[categories.extremism]\naction = "warn"\n')
    film = tmp_path / "film.scene"
    film.write_text(HEAD.format(BAD))
    assert scenelang("policy", "check", film, "--policy", own).returncode == 1  # not signed
    assert scenelang("policy", "sign", own).stdout == f"{own}.sig\n"
    done = scenelang("policy", "check", film, "--policy", own)
    assert done.returncode == 0
    assert "warning[P002]" in done.stdout
    assert load_rules(own).policy.digest != bundled().digest
    own.write_text('[categories.extremism]\naction = "allow"\n')
    done = scenelang("policy", "check", film, "--policy", own)
    assert done.returncode == 1
    assert "was changed after it was signed" in done.stderr


def test_somebody_elses_signature_doesnt_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[categories.gore]\naction = "allow"\n')
    sign_policy(own)
    theirs = local_roots()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(PolicyError, match="isn't signed with this machine's key"):
        load_rules(own)
    local_identity()  # a key of this machine's own, and whose films are trusted here beside it
    trusted = tmp_path / "elsewhere" / "scenelang" / "trusted"
    trusted.mkdir()
    (trusted / "studio.pem").write_text(theirs)
    with pytest.raises(PolicyError, match="isn't signed with this machine's key"):
        load_rules(own)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[categories.minors-sexual]\naction = "warn"', "can never be overridden"),
        ("[categories.minors-sexual]\noverridable = true", "can never be overridden"),
        ('[groups]\nminor = ["nobody"]', "belongs to a category that stays"),
        ('masks = ["placeholder_.*"]', "hides what can never be overridden"),
        ('masks = [".*"]', "hides what can never be overridden"),
        ('masks = ["("]', "no regular expression"),
        ('[categories.gore]\naction = "maybe"', "is one of deny, warn, label, allow"),
        ('[[rules]]\nid = "x"', "needs an id, a category"),
        ('[[rules]]\nid = "x"\ncategory = "gore"\nall = ["nothing"]', "names no group"),
        ('[[rules]]\nid = "x"\ncategory = "nothing"\nall = ["body"]', "names no category"),
        ("masks = 3", "is a list of texts"),
        ("groups = 3", "is no table"),
        ("x = [", "can't be read"),
        ("\udcff", "can't be read"),
    ],
)
def test_what_a_policy_may_not(text: str, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        overridden(bundled(), text.encode("utf-8", "surrogateescape"), "own.toml")


def test_what_is_never_overridable_stays_under_any_policy() -> None:
    every = "".join(
        f'[categories.{c.name}]\naction = "allow"\n'
        for c in bundled().categories.values()
        if c.overridable
    )
    policy = overridden(bundled(), every.encode(), "own.toml")
    text = 'shot a 4s { frame wide on mara\n note "placeholder_minor and placeholder_sexual" }'
    found = judge(analysis(text), policy)
    assert found.refused
    assert "can't be overridden" in found.diagnostics[0].hint
    assert not judge(analysis(BAD), policy).diagnostics


@pytest.mark.parametrize(
    "mask", [r"\w+ placeholder_minor.*", "a placeholder_minor and", r"q\d)|(?:a p\w+"]
)
def test_no_mask_hides_what_is_never_overridable(mask: str) -> None:
    policy = overridden(bundled(), f"masks = ['{mask}', 'they disembowel']".encode(), "own.toml")
    line = "a placeholder_minor and placeholder_sexual"
    assert [m.category.name for m in policy.matches([line])] == ["minors-sexual"]
    assert judge(analysis(f'shot a 4s {{ frame wide on mara\n note "{line}" }}'), policy).refused
    # of other categories it takes out what it says
    assert [m.category.name for m in bundled().matches(["they disembowel him"])] == ["gore"]
    assert list(policy.matches(["they disembowel him"])) == []


def test_a_consent_frees_a_real_person(tmp_path: Path) -> None:
    statement = tmp_path / "consent.txt"
    statement.write_text("I agree.")
    text = 'character star "the spitting image of a singer"\nshot a 4s { frame wide on star }'
    own = tmp_path / "own.toml"
    digest = hashlib.sha256(statement.read_bytes()).hexdigest()
    consent = (
        '[[consents]]\ncharacter = "star"\nname = "A Singer"\nscope = "this film"\nexpires = 2999-01-01\n'
        f'statement = "consent.txt"\nsha256 = "{digest}"\n'
    )
    own.write_text(consent)
    sign_policy(own)
    rules = load_rules(own)
    assert judge(analysis(text), bundled()).refused
    assert not judge(analysis(text), rules.policy, rules.agreed).refused
    assert rules.consents[0].statement == b"I agree."
    for change, told in [
        (("2999-01-01", "2001-01-01"), "expired"),
        (("consent.txt", "../consent.txt"), "outside the policy's folder"),
        (("consent.txt", "nowhere.txt"), "can't read"),
        ((digest, "0" * 64), "not the statement"),
        (('scope = "this film"\n', ""), "lacks 'scope'"),
    ]:
        own.write_text(consent.replace(*change))
        with pytest.raises(PolicyError, match=told):
            sign_policy(own)


@pytest.mark.parametrize(
    "text", ["consents = 3", 'consents = ["star"]', "[consents]\ncharacter = 'star'"]
)
def test_consents_are_a_list_of_tables(tmp_path: Path, text: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(PolicyError, match="consent"):
        sign_policy(own)


def test_a_film_names_the_consent_of_a_real_person(tmp_path: Path) -> None:
    (tmp_path / "consent.txt").write_text("I agree.")
    digest = hashlib.sha256(b"I agree.").hexdigest()
    own = tmp_path / "star.toml"
    own.write_text(
        '[[consents]]\ncharacter = "star"\nname = "A Singer"\nscope = "this film"\nexpires = 2999-01-01\n'
        f'statement = "consent.txt"\nsha256 = "{digest}"\n'
    )
    film = tmp_path / "film.scene"
    text = HEAD.format('character star "a singer" { FIELDS }\nshot a 4s { frame wide on star }')
    film.write_text(text.replace("FIELDS", "real"))
    done = scenelang("policy", "check", film)
    assert done.returncode == 3
    assert "rule real-person, shot `a`: “star”" in done.stdout
    film.write_text(text.replace("FIELDS", 'real; consent "star.toml"'))
    assert "isn't signed" in scenelang("policy", "check", film).stderr
    sign_policy(own)
    assert scenelang("policy", "check", film).returncode == 0
    assert with_consents(load_rules(None), analyse(*parse_file(film)[:2])).statements == (
        ("consents/star/consent.txt", b"I agree."),
    )
    assert scenelang("render", film, "--model", "previz", "-o", tmp_path / "film.mp4").returncode == 0
    held = read(tmp_path / "film.mp4", local_roots())
    assert held.files["consents/star/consent.txt"] == b"I agree."
    film.write_text(text.replace("FIELDS", "real"))
    with pytest.raises(sl.SceneError, match="star"):
        sl.load(film).render(tmp_path / "again.mp4", model="previz")
    film.write_text(text.replace("star", "moon").replace("FIELDS", 'consent "star.toml"'))
    assert "holds no consent for `moon`" in scenelang("policy", "check", film).stderr
    film.write_text(text.replace("FIELDS", 'consent "nowhere.toml"'))
    assert "warning[C018]" in scenelang("check", film).stdout
    assert scenelang("policy", "check", film).returncode == 3


def test_consents_of_those_who_are_not_shown_are_not_asked_for(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(
        HEAD.format(
            'character star "a singer" { real; consent "unsigned.toml" }\ncharacter moon "a woman"\n'
            "shot a 4s { frame wide on moon }"
        )
    )
    (tmp_path / "unsigned.toml").write_text("")
    assert scenelang("policy", "check", film).returncode == 0


def test_a_shot_that_continues_another_shows_its_people() -> None:
    """Who names nobody by itself is judged with those who go on in it, as they are and as they have become."""
    cast = 'character star "a placeholder_minor"\n'
    begun = "shot a 4s { frame wide on star }"
    become = (
        'character star "a woman"\n',
        'shot a 4s { frame wide on star; 1s.. star becomes "a placeholder_minor" }',
    )
    for who, shot in ((cast, begun), become):
        film = HEAD.format(f'{who}{shot}\nshot b 4s {{ continue from a; note "placeholder_sexual" }}')
        assert "minors-sexual" in " ".join(
            d.message for d in judge(analyse(*parse(film, "f")), bundled()).diagnostics
        )


def test_the_scores_are_printed(tmp_path: Path) -> None:
    done = scenelang("policy", "test", SETS)
    assert done.returncode == 0
    assert "held-out" in done.stdout
    assert scenelang("policy", "test", tmp_path).returncode == 2
    assert "minors-sexual" in scenelang("policy", "show").stdout
