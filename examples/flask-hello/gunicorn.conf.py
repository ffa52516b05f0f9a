"""How gunicorn serves the app. It reads this file by itself from the folder that it is started in."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = 2
worker_class = "gthread"
threads = 8

# Longer than the 60 s for which Nginx keeps a connection, so that it is never this end that closes
# one just as a request is on its way.
keepalive = 75
# On SIGTERM the requests under way are finished, for at most this long.
graceful_timeout = 25

# Workers tell that they are alive through files: in memory, where a busy disk does not stop them,
# and writable on a read-only root.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True
