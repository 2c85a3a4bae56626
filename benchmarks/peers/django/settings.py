"""Settings of the peer: PostgreSQL, kept connections, and no middleware that the job does not need."""

import os

SECRET_KEY = "a benchmark on this machine only"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django_fsm",
    "simple_history",
    "cases",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # Content-Length
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PEER_HOST", "127.0.0.1"),
        "PORT": os.environ.get("PEER_PORT", "5432"),
        "USER": os.environ.get("PEER_USER", "gridcase"),
        "NAME": os.environ.get("PEER_NAME", "peer"),
        "CONN_MAX_AGE": None,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
