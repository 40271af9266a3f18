"""The one error class of the Python side: what is wrong and where, and how to mend it."""


class UserError(Exception):
    """Something the person at the keyboard can mend; printed without a trace, exit code 1."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Stopped(Exception):
    """Ctrl-C or SIGTERM before there was anything to save; exit code 130."""
