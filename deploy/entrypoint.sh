#!/bin/sh
# Runs a wangge command in the container: `docker compose run --rm site db backup /tmp/x`, by default `serve`.
set -eu

# The database's password stays a file, out of the container's description, until libpq needs it.
if [ -n "${DATABASE_PASSWORD_FILE:-}" ]; then
  if [ ! -r "$DATABASE_PASSWORD_FILE" ]; then
    echo "wangge: $DATABASE_PASSWORD_FILE cannot be read by user $(id -u); on the host: chmod 0644 secrets/database_password" >&2
    exit 1
  fi
  PGPASSWORD=$(cat "$DATABASE_PASSWORD_FILE")
  export PGPASSWORD
  unset DATABASE_PASSWORD_FILE
fi

# exec, so that the signal to stop reaches the server itself.
exec wangge "$@"
