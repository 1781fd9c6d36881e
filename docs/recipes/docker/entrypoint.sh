#!/bin/sh
# Pairs this container's own device, then runs the command: as the image's user, or as uid 1000 where the container starts as root.
set -eu
if [ "$(id -u)" = 0 ]; then
  # A volume that was just made, or a folder of the host, may belong to root.
  mkdir -p "$OPENCLAW_STATE_DIR"
  chown 1000:1000 "$OPENCLAW_STATE_DIR"
  exec setpriv --reuid=1000 --regid=1000 --clear-groups "$0" "$@"
fi
# Nothing to do from the second start on. A refusal ends the container, with what to do in its log.
openclaw-prepair setup --quiet ${PROXY_PEER:+--proxy-peer "$PROXY_PEER"}
exec "$@"
