#!/bin/sh
# orderbak on the office machine: one pull, for any scheduler that wants a script (cron, a NAS, a backup suite).
#
# Where:     /usr/local/lib/orderbak/pull.sh (or anywhere), mode 755
# Switch on: e.g. in the crontab of the user that owns the store:  0 3 * * * /usr/local/lib/orderbak/pull.sh
# Last run:  where the scheduler keeps it; the output and the exit code are handed over as they are
#
# Other places: set ORDERBAK_BIN (`command -v orderbak` says where it is) and ORDERBAK_CONFIG. Arguments are passed on to `orderbak pull`.
set -eu

bin=${ORDERBAK_BIN:-/usr/local/bin/orderbak}
config=${ORDERBAK_CONFIG:-/etc/orderbak/orderbak.toml}

# This script's own setting, not one of orderbak's: do not hand it on.
unset ORDERBAK_BIN

# Schedulers give a short PATH, and orderbak needs to find node.
PATH=${PATH:-/usr/bin:/bin}:/usr/local/bin:/opt/homebrew/bin
export PATH

# exec: the scheduler's signals reach orderbak itself, and its exit code is ours.
exec "$bin" pull --config "$config" "$@"
