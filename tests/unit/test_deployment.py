"""The container files, as far as they can be checked without an engine, and against the application's settings."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import compose_spec
import dockerfile_parse
import pytest
import yaml

from api.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
SITE, DATABASE = SERVICES["site"], SERVICES["database"]


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    copy = tmp_path_factory.mktemp("image") / "Dockerfile"
    shutil.copy(ROOT / "Dockerfile", copy)
    return dockerfile_parse.DockerfileParser(str(copy))


def instructions(dockerfile, name, stage=None):
    """Return the values of one instruction, in all stages or in the one named."""
    current, values = None, []
    for step in dockerfile.structure:
        if step["instruction"] == "FROM":
            current = step["value"].split()[-1]
        if step["instruction"] == name and stage in (None, current):
            values.append(step["value"])
    return values


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)([sm])", duration).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def test_the_compose_file_follows_the_compose_specification():
    # It knows neither merge keys nor variables: both are resolved first, with the variables unset.
    resolved = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", yaml.safe_dump(COMPOSE))
    spec = compose_spec.PyCompose.from_yaml(resolved)

    spec.validate()

    assert set(spec.service_names()) == {"database", "site"}


def test_a_linter_for_container_security_finds_nothing_severe(tmp_path):
    # In a folder of its own: the linter also reads .env files and overrides beside the file.
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "compose_lint", "--fail-on", "high", "docker-compose.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_every_image_is_pinned_by_a_tag_other_than_latest(dockerfile):
    stages = {value.split()[-1] for value in instructions(dockerfile, "FROM")}
    images = [value.split()[0] for value in instructions(dockerfile, "FROM")]
    images += [service["image"] for service in SERVICES.values()]

    for image in set(images) - stages:
        name, _, tag = image.rpartition(":")
        assert name, image
        assert re.search(r"\d", tag), image


def test_the_database_is_the_official_postgis_image_of_a_version_that_the_application_needs():
    postgres, postgis = re.fullmatch(r"postgis/postgis:(\d+)-(\d+\.\d+)", DATABASE["image"]).groups()

    assert int(postgres) >= 15
    assert tuple(map(int, postgis.split("."))) >= (3, 3)


def test_the_images_backup_programs_are_not_older_than_the_server(dockerfile):
    client_of = {"bookworm": 15, "trixie": 17}
    base = instructions(dockerfile, "FROM")[-1].split()[0]

    release = next(release for release in client_of if release in base)

    assert "postgresql-client" in " ".join(instructions(dockerfile, "RUN", "site"))
    assert client_of[release] >= int(re.search(r":(\d+)-", DATABASE["image"])[1])


def test_every_setting_of_the_containers_exists_in_the_application(dockerfile):
    named = {name for service in SERVICES.values() for name in service["environment"]}
    named |= set(dockerfile.envs)
    named |= set(re.findall(r"\$\{(WANGGE_\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))

    ours = {name for name in named if name.startswith("WANGGE_")}

    assert ours
    assert {name.removeprefix("WANGGE_").lower() for name in ours} <= set(Settings.model_fields)


def test_every_setting_can_be_given_to_the_container(dockerfile):
    given = {name.removeprefix("WANGGE_").lower() for name in (*SITE["environment"], *dockerfile.envs)}

    assert set(Settings.model_fields) <= given


def test_the_application_accepts_the_containers_settings(dockerfile, monkeypatch):
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)
    for name, value in (dockerfile.envs | SITE["environment"]).items():
        if name.startswith("WANGGE_") and value is not None:
            monkeypatch.setenv(name, value)

    settings = Settings(_env_file=None)

    assert settings.database_url == "postgresql://wangge@database:5432/wangge"
    assert str(settings.home) == "/var/lib/wangge"
    assert settings.host == "0.0.0.0"
    assert settings.language == "zh"


def test_the_database_address_names_the_service_its_user_and_its_database():
    environment = DATABASE["environment"]

    expected = f"postgresql://{environment['POSTGRES_USER']}@database:5432/{environment['POSTGRES_DB']}"

    assert SITE["environment"]["WANGGE_DATABASE_URL"] == expected


def test_one_port_is_served_exposed_checked_and_published(dockerfile):
    port = str(Settings.model_fields["port"].default)

    assert SITE["environment"]["WANGGE_PORT"] == dockerfile.envs["WANGGE_PORT"] == port
    assert instructions(dockerfile, "EXPOSE") == [port]
    assert [published.rpartition(":")[2] for published in SITE["ports"]] == [port]
    assert f"http://127.0.0.1:{port}/healthz" in SITE["healthcheck"]["test"][-1]
    assert f"http://127.0.0.1:{port}/healthz" in instructions(dockerfile, "HEALTHCHECK")[0]


def test_the_site_is_published_on_this_machine_only_and_the_database_not_at_all():
    assert all(published.startswith("127.0.0.1:") for published in SITE["ports"])
    assert "ports" not in DATABASE
    assert [COMPOSE["networks"][name]["internal"] for name in DATABASE["networks"]] == [True]


def test_state_and_data_are_kept_in_named_volumes_where_the_programs_write(dockerfile):
    home = SITE["environment"]["WANGGE_HOME"]

    assert SITE["volumes"] == [f"state:{home}"]
    assert instructions(dockerfile, "VOLUME") == [home] == [dockerfile.envs["WANGGE_HOME"]]
    assert DATABASE["volumes"] == ["database:/var/lib/postgresql/data"]
    assert set(COMPOSE["volumes"]) == {"state", "database"}


def test_whatever_is_cached_lies_where_a_read_only_container_can_write(dockerfile):
    writable = (SITE["environment"]["WANGGE_HOME"], *SITE["tmpfs"])

    for name in ("NUMBA_CACHE_DIR", "MPLCONFIGDIR"):
        assert dockerfile.envs[name].startswith(writable)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_its_work(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_no_container_runs_as_root(dockerfile):
    user = instructions(dockerfile, "USER", "site")[-1]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert SITE.get("user", user) == user
    assert DATABASE["user"] not in {"root", "0"}


def test_the_site_waits_for_a_database_that_answers():
    assert SITE["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in DATABASE["healthcheck"]["test"]
    # The server that prepares a new database listens on its socket only.
    assert "--host=127.0.0.1" in DATABASE["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_check_ends_before_the_next_one_and_a_stop_has_time_to_finish(name):
    check = SERVICES[name]["healthcheck"]

    assert seconds(check["timeout"]) < seconds(check["interval"])
    assert seconds(SERVICES[name]["stop_grace_period"]) >= 30
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    assert SERVICES[name]["stop_signal"] == {"database": "SIGINT", "site": "SIGTERM"}[name]


def test_no_password_stands_in_any_file():
    for file in ("docker-compose.yml", "Dockerfile", "deploy/entrypoint.sh"):
        text = (ROOT / file).read_text("utf-8")
        assert not re.search(r"://[^/\s:@]+:[^/\s@]+@", text), file
        assert not re.search(r"PASSWORD\s*[:=]\s*[\"']?\w", text), file
    assert DATABASE["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    assert SITE["environment"]["DATABASE_PASSWORD_FILE"] == "/run/secrets/database_password"
    assert SITE["secrets"] == DATABASE["secrets"] == list(COMPOSE["secrets"])


def test_the_password_file_is_kept_out_of_the_repository_and_of_the_image():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    first_rule = next(
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")
    )

    assert COMPOSE["secrets"]["database_password"]["file"].startswith("./secrets/")
    assert {"/secrets/", ".env"} <= set(ignored)
    assert first_rule == "*"


def test_whatever_the_image_copies_exists_and_is_sent_to_the_builder(dockerfile):
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    stages = {value.split()[-1] for value in instructions(dockerfile, "FROM")}

    for value in instructions(dockerfile, "COPY"):
        words = value.split()
        origin = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), None)
        if origin is not None:
            assert origin in stages
            continue
        for source in [word for word in words if not word.startswith("--")][:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in allowed, source


def test_the_image_is_built_from_the_pinned_packages(dockerfile):
    builds, assets = " ".join(instructions(dockerfile, "RUN", "build")), instructions(dockerfile, "RUN", "assets")

    assert "PIP_CONSTRAINT=/source/constraints.txt" in builds
    assert any(step.startswith("npm ci ") for step in assets)
    assert "fonts-noto-cjk" in " ".join(instructions(dockerfile, "RUN", "site"))


def test_the_image_holds_every_package_of_the_application(dockerfile):
    copied = " ".join(instructions(dockerfile, "COPY", "build")).split()
    packages = re.search(r"packages = \[(.+)\]", (ROOT / "pyproject.toml").read_text("utf-8"))[1]

    assert set(re.findall(r'"(\w+)"', packages)) <= set(copied)


def test_the_last_stage_is_the_one_that_compose_builds(dockerfile):
    last = instructions(dockerfile, "FROM")[-1].split()[-1]

    assert SITE["build"]["target"] == last
    assert f'version = "{SITE["image"].rpartition(":")[2]}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture
def run_entrypoint(tmp_path):
    """Run the entrypoint with a stand-in for ``wangge`` that tells what it was given."""
    stand_in = tmp_path / "wangge"
    stand_in.write_text('#!/bin/sh\necho "$* ${PGPASSWORD-none} ${DATABASE_PASSWORD_FILE-none}"\n')
    stand_in.chmod(0o755)

    def run(*arguments, **environment):
        return subprocess.run(
            ["sh", ROOT / "deploy" / "entrypoint.sh", *arguments],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_entrypoint_hands_the_password_to_libpq_alone(run_entrypoint, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")

    assert run_entrypoint("serve", DATABASE_PASSWORD_FILE=str(secret)).stdout == "serve open sesame none\n"
    assert run_entrypoint("db", "status").stdout == "db status none none\n"


def test_the_entrypoint_says_what_to_do_about_an_unreadable_password(run_entrypoint):
    done = run_entrypoint("serve", DATABASE_PASSWORD_FILE="/nowhere/secret")

    assert done.returncode == 1
    assert "chmod" in done.stderr
    assert done.stdout == ""
