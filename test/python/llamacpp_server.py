"""Serves a GGUF with llama.cpp's own server until it is killed.

    python llamacpp_server.py MODEL.gguf PORT CONTEXT SLOTS [KEY]

Port 0 takes a free one; the address stands alone on the first line of stdout.
"""

import sys
import threading

import xllamacpp


def main(model: str, port: str, context: str, slots: str, key: str | None = None) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames = ["127.0.0.1"]
    params.port = int(port)
    params.n_ctx = int(context)
    params.n_parallel = int(slots)
    params.cpuparams.n_threads = 1
    params.use_jinja = True
    if key is not None:
        params.api_keys = [key]
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
