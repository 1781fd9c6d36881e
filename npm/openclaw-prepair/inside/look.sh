# Tells what stands at paths, and what else a plan depends on.
# arguments: mark, folder for uploads ('' finds one, '-' needs none), database or '', rows.js, its request or '', the path
# whose modes and owner are told ('all' for each), paths…
say home "$(hex "$HOME")"
say user "$uid" "$(id -g)"
for name in HOME USERPROFILE OPENCLAW_HOME OPENCLAW_STATE_DIR OPENCLAW_CONFIG_PATH CLAWDBOT_STATE_DIR CLAWDBOT_CONFIG_PATH OPENCLAW_INCLUDE_ROOTS; do
  eval "value=\${$name-}"
  [ -z "$value" ] || say env $name "$(hex "$value")"
done

stage=$2 db=$3 program=$4 request=$5 stats=$6
shift 6

# A folder of our own that nobody else can look into: every upload lands there first. What dead calls left is old.
private() {
  case $1 in /*) ;; *) return 1 ;; esac
  mkdir -m 700 "$1" 2>/dev/null
  [ -d "$1" ] && [ ! -L "$1" ] && [ "$(st %u:%a %u:%Lp "$1")" = "$uid:700" ] && [ -w "$1" ] || return 1
  find "$1" -type f -mmin +60 -exec rm -f {} + 2>/dev/null
  say stage "$(hex "$1")"
}
case $stage in
  -) ;;
  '') private "${TMPDIR:-/tmp}/.prepair-$uid" || private "$HOME/.prepair-$uid" || say nostage ;;
  *) private "$stage" || say nostage ;;
esac

kinds= index=0
for path; do
  if { [ "$stats" = all ] || [ "$stats" = "$path" ]; } && { [ -e "$path" ] || [ -L "$path" ]; }; then
    backups=
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      for backup in "$path"/*.bak "$path"/.*.bak; do
        [ ! -e "$backup" ] || backups="$backups $(hex "${backup##*/}")"
      done
    fi
    say stat $index "$(st '%a %u %h' '%Lp %u %l' "$path")$backups"
    # Where a folder, or what lies behind a link, really is.
    if [ -d "$path" ] || { [ -e "$path" ] && { [ -L "$path" ] || [ -L "${path%/*}" ]; }; }; then
      real=$(readlink -f "$path" 2>/dev/null) && [ -n "$real" ] && say real $index "$(hex "$real")"
    fi
  fi
  # What a call left that was killed.
  for old in "$path"/.prepair-*.tmp "$path/.prepair.lock"; do
    if [ -e "$old" ] && [ ! -L "$path" ]; then say left $index; break; fi
  done
  index=$((index + 1))
  if [ -L "$path" ]; then kinds=${kinds}l
  elif [ -d "$path" ]; then kinds=${kinds}d
  elif [ -f "$path" ] && [ -r "$path" ]; then kinds=${kinds}f
  elif [ -f "$path" ]; then kinds=${kinds}p
  elif [ -e "$path" ]; then kinds=${kinds}o
  else kinds=${kinds}a
  fi
done
say kinds "$kinds"

# The sandbox's Node: with a database, the first that can read it.
node=
for at in "$(command -v node)" /usr/local/bin/node /usr/bin/node /vercel/runtimes/*/bin/node "$HOME"/.nvm/versions/node/*/bin/node; do
  [ -n "$at" ] && [ -x "$at" ] || continue
  [ -n "$node" ] || node=$at
  [ -f "$db" ] || break
  "$at" -e 'process.exit(process.getBuiltinModule("node:sqlite") ? 0 : 1)' >/dev/null 2>&1 || continue
  node=$at
  break
done
if [ -n "$node" ]; then
  say node "$(hex "$node")" "$("$node" -p process.versions.node | tail -n 1)" "$("$node" -p process.platform | tail -n 1)"
fi
if [ -n "$node" ] && [ -n "$request" ]; then
  # Its lines alone: a Node may be set up to print more.
  rows=$("$node" -e "$program" -- "$mark" look "$request" 2>/dev/null | sed -n "s/.*\($mark \)/\1/p")
  [ -z "$rows" ] || told="$told$rows
"
fi
if [ -f "$db" ]; then
  # The header alone tells an older database, which holds no pairing, from one that does: user_version, big-endian.
  wal=0
  [ -s "$db-wal" ] && wal=1
  say header $wal $(od -An -v -tu1 -j60 -N4 "$db" 2>/dev/null)
fi
answer
