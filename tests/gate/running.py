"""`archlens check`, run in this process."""

from click.testing import CliRunner

from archlens.cli import _group


def run(*arguments, **options):
    """Exit code, stdout and stderr of `archlens check`."""
    done = CliRunner().invoke(_group, ["check", *arguments], prog_name="archlens", **options)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr
