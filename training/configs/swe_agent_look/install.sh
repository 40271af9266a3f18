# Nothing to install: the tools want sed, find and grep.
