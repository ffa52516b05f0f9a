"""What gunicorn loads, in each of its workers: the app on its database."""

import atexit
import os

from hello.app import create_app
from hello.database import open_pool
from hello.guestbook import Guestbook
from hello.migrations import read_migrations
from hello.readiness import database_readiness
from hello.settings import read_settings

settings = read_settings(os.environ)
# A connection for each thread that gunicorn.conf.py starts.
pool = open_pool(settings.database_url, size=8)
atexit.register(pool.close)
app = create_app(settings, Guestbook(pool), database_readiness(pool, read_migrations()))
