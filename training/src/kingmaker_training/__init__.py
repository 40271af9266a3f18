"""The Python side of Kingmaker: TRL trains; we say what, count, resume and report."""

__version__ = "0.1.0"
