"""Writes the tiny model that a reader tokenizes for: python write_model.py FOLDER."""

import sys
from pathlib import Path

import reading

if __name__ == "__main__":
    reading.without_audio()
    from tiny_model import save_tiny_model

    save_tiny_model(Path(sys.argv[1]))
