"""`paragon`: the shop's command."""

import typer

from terminal_app.commands import demo, ledger, replay, screens, shop

app = typer.Typer(
    name="paragon",
    help="Loyalty at the till that keeps working when the line is down.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("setup")(shop.setup)
app.command("till")(screens.till)
app.command("kiosk")(screens.kiosk)
app.command("agent")(shop.agent)
app.command("sync")(shop.sync)
app.command("status")(shop.status)
app.command("demo")(demo.demo)
app.command("replay")(replay.replay)
app.add_typer(ledger.app, name="ledger")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
