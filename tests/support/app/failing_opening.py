"""The app that asks for a tenant, as a command, followed by an app that cannot be made."""

import sys

from tests.support.app.setting_up import SetUp
from tui.app.launch import run_in_turn
from tui.app.messages import Opening
from tui.app.set_up import SetUpApp
from tui.app.textual_internals import terminal_driver
from tui.errors import ConfigInvalid


def fail(_opening: Opening, _driver: object) -> SetUpApp:
    raise ConfigInvalid("The next app cannot be made.")


if __name__ == "__main__":
    driver = terminal_driver()
    try:
        run_in_turn(SetUpApp(SetUp().outside, driver), driver, fail)
    except ConfigInvalid as error:
        sys.exit(str(error))
