from pathlib import Path

import pytest

from tui.auth.sign_in.surroundings import Surroundings, look_around, ports_for_browser

CALLBACK = "http://127.0.0.1:8642/callback"


def test_a_desktop_is_nothing_special(tmp_path: Path) -> None:
    here = look_around({"DISPLAY": ":0"}, tmp_path, "linux")
    assert here.has_display
    assert not here.browser_is_elsewhere
    assert not here.in_wsl


@pytest.mark.parametrize(
    ("connection", "line"),
    [
        ("198.51.100.4 51234 192.0.2.7 22", "ssh -L 8642:127.0.0.1:8642 pat@192.0.2.7"),
        ("198.51.100.4 51234 192.0.2.7 2222", "ssh -L 8642:127.0.0.1:8642 -p 2222 pat@192.0.2.7"),
        ("2001:db8::1 51234 2001:db8::7 22", "ssh -L 8642:127.0.0.1:8642 pat@2001:db8::7"),
        ("nonsense", "ssh -L 8642:127.0.0.1:8642 pat@HOST"),
        ("a b $(reboot) 22", "ssh -L 8642:127.0.0.1:8642 pat@HOST"),
        ("a b fe80::1%$(reboot) 22", "ssh -L 8642:127.0.0.1:8642 pat@HOST"),
        ("a b fe80::1%eth0 22", "ssh -L 8642:127.0.0.1:8642 pat@HOST"),
        ("a b 192.0.2.7 \u0662\u0663", "ssh -L 8642:127.0.0.1:8642 pat@192.0.2.7"),
    ],
)
def test_over_ssh_the_line_for_a_tunnel_is_ready(
    tmp_path: Path, connection: str, line: str
) -> None:
    here = look_around({"SSH_CONNECTION": connection, "USER": "pat"}, tmp_path, "linux")
    assert here.over_ssh
    assert not here.has_display
    assert here.tunnel(8642) == line


def test_a_terminal_that_sshd_has_made_is_elsewhere_too(tmp_path: Path) -> None:
    here = look_around({"SSH_TTY": "/dev/pts/3", "USER": "pat"}, tmp_path, "linux")
    assert here.browser_is_elsewhere
    assert here.tunnel(8642) == "ssh -L 8642:127.0.0.1:8642 pat@HOST"


@pytest.mark.parametrize("user", ["", "$(reboot)", "a b", "\x1b[31m", "x;y", "-Fx", 65 * "a"])
def test_a_user_name_that_a_shell_would_read_is_left_out(tmp_path: Path, user: str) -> None:
    connection = "198.51.100.4 51234 192.0.2.7 22"
    here = look_around({"SSH_CONNECTION": connection, "USER": user}, tmp_path, "linux")
    assert here.tunnel(1) == "ssh -L 1:127.0.0.1:1 192.0.2.7"


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_a_container_is_recognised_by_its_file(tmp_path: Path, mark: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / mark).touch()
    assert look_around({}, tmp_path, "linux").in_container


@pytest.mark.parametrize("variable", ["container", "KUBERNETES_SERVICE_HOST", "CODESPACES"])
def test_a_container_is_recognised_by_its_variable(tmp_path: Path, variable: str) -> None:
    assert look_around({variable: "x"}, tmp_path, "linux").in_container


def test_wsl_has_the_display_of_windows(tmp_path: Path) -> None:
    here = look_around({"WSL_DISTRO_NAME": "Debian"}, tmp_path, "linux")
    assert here.in_wsl
    assert here.has_display


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_need_no_display_variable(tmp_path: Path, platform: str) -> None:
    assert look_around({}, tmp_path, platform).has_display


@pytest.mark.parametrize(
    ("url", "redirect_uri", "line"),
    [
        ("https://tenant.example/authorize?a=b", CALLBACK, "ssh -L 8642:127.0.0.1:8642 HOST"),
        (
            "http://localhost:3002/authorize?a=b", CALLBACK,
            "ssh -L 8642:127.0.0.1:8642 -L 3002:127.0.0.1:3002 HOST",
        ),
    ],
)  # fmt: skip
def test_the_tunnel_leads_to_a_tenant_of_this_machine_as_well(
    url: str, redirect_uri: str, line: str
) -> None:
    assert Surroundings().tunnel(*ports_for_browser(url, redirect_uri)) == line


def test_without_a_port_that_waits_nothing_is_tunnelled() -> None:
    assert ports_for_browser("http://localhost:3002/authorize", "") == ()
