"""The app with somebody signed in and an API that answers at once, for the benchmarks."""

from tests.tui.screens.stage import stage

if __name__ == "__main__":
    stage(signed_in=True).app.run()
