"""For `gunicorn --config deploy/gunicorn.conf.py`, behind nginx.conf."""  # noqa: INP001 - gunicorn reads it

import os
import tempfile

wsgi_app = "feedsvc.startup:create_app()"
bind = "127.0.0.1:8000"

# A client that has sent half a request holds a thread, one that has sent nothing yet does for 5
# seconds. Threads are made when they are needed.
worker_class = "gthread"
workers = 2
threads = 512
worker_connections = 2048

# Longer than nginx keeps its side open, so that gunicorn never closes a connection in use.
keepalive = 75
timeout = 30
graceful_timeout = 10

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Nobody may set SCRIPT_NAME by a header; where somebody may, gunicorn answers others with 500.
forwarded_allow_ips = ""

# The workers' heartbeat is a file. On a disk that hangs they would be taken for dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108

# Where the workers count requests together, for /metrics.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="feedsvc-")

# nginx writes the access log.
accesslog = None
errorlog = "-"

# Nothing else to talk to, and no home needed to put a socket in.
control_socket_disable = True
statsd_host = None

# Each process starts a thread that looks for new digests; it would not survive a fork.
preload_app = False
