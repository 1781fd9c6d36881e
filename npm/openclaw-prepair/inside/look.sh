# Tells what stands at paths, and what else a plan depends on.
# arguments: mark, folder for uploads ('' finds one, '-' needs none), database or '', rows.js, its request or '', the path
# whose modes and owner are told ('all' for each), paths…
say home "$(hex "$HOME")"
say user "$uid" "$(id -g)"
for name in HOME USERPROFILE OPENCLAW_HOME OPENCLAW_STATE_DIR OPENCLAW_CONFIG_PATH CLAWDBOT_STATE_DIR CLAWDBOT_CONFIG_PATH OPENCLAW_INCLUDE_ROOTS FLY_MACHINE_ID FLY_APP_NAME; do
  eval "value=\${$name-}"
  [ -z "$value" ] || say env $name "$(hex "$value")"
done

stage=$2 db=$3 program=$4 request=$5 stats=$6
shift 6

# A folder of our own in $1 that nobody else can look into: every upload lands there first. Removed are only uploads of
# calls that died long ago: a call's word and a number or `done`. Nothing else, here or in $1, was made by a call.
private() {
  case $1 in /*) ;; *) return 1 ;; esac
  own=$1/.prepair-$uid
  mkdir -m 700 "$own" 2>/dev/null
  [ -d "$own" ] && [ ! -L "$own" ] && [ -w "$own" ] || return 1
  # Some folders give the group's bit to those that are made in them.
  case $(st %u:%a %u:%Lp "$own") in "$uid:700" | "$uid:2700") ;; *) return 1 ;; esac
  six='[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
  word=$six$six$six$six
  find "$own/." ! -name . -prune -type f -user "$uid" -mmin +60 \
    \( -name "$word.done" -o -name "$word.[0-9]" -o -name "$word.[0-9][0-9]" \) -exec rm -f {} + 2>/dev/null
  say stage "$(hex "$own")"
}
case $stage in
  -) ;;
  '') private "${TMPDIR:-/tmp}" || private "$HOME" || say nostage ;;
  *) mkdir -m 700 "$stage" 2>/dev/null; private "$stage" || say nostage ;;
esac

kinds= index=0
for path; do
  if { [ "$stats" = all ] || [ "$stats" = "$path" ]; } && { [ -e "$path" ] || [ -L "$path" ]; }; then
    # In a folder the names of backups, and of profiles as far as they are of any use.
    names= profiles=0
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      for name in "$path"/*.bak "$path"/.*.bak; do
        [ ! -e "$name" ] || names="$names $(hex "${name##*/}")"
      done
      for name in "$path"/.openclaw-*; do
        case ${name##*/.openclaw-} in *[!A-Za-z0-9_-]*) continue ;; esac
        [ $profiles -lt 100 ] && [ -e "$name" ] || continue
        profiles=$((profiles + 1)) names="$names $(hex "${name##*/}")"
      done
    fi
    say stat $index "$(st '%a %u %h' '%Lp %u %l' "$path")$names"
    # Where a folder, or what lies behind a link, really is.
    if [ -d "$path" ] || { [ -e "$path" ] && { [ -L "$path" ] || [ -L "${path%/*}" ]; }; }; then
      real=$(readlink -f "$path" 2>/dev/null) && [ -n "$real" ] && say real $index "$(hex "$real")"
    fi
  fi
  # What a call left that was killed.
  [ -L "$path" ] || for left in "$path/.prepair.lock" "$path"/.prepair-*.tmp; do
    case $left in *.lock) [ -d "$left" ] && [ ! -L "$left" ] ;; *) is_temp "$left" ;; esac || continue
    say left $index
    break
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

# Whether $1 may be started: the file, what it leads to and the folders of both are root's or ours.
startable() {
  [ -n "$1" ] && [ -x "$1" ] || return 1
  real=$(readlink -f "$1" 2>/dev/null) || real=$1
  believed "$1" && believed "${1%/*}" && believed "${real%/*}/"
}

# The sandbox's Node: with a database, the first that can read it.
node=
for at in "$(command -v node)" /usr/local/bin/node /usr/bin/node /vercel/runtimes/*/bin/node "$HOME"/.nvm/versions/node/*/bin/node; do
  startable "$at" || continue
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
  rows=$("$node" -e "$program" -- "$mark" look "$request" "$given" 2>/dev/null | sed -n "s/.*\($mark \)/\1/p")
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
