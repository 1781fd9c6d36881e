# What the scripts for the inside of a sandbox share. POSIX sh; no secret is ever in an argument or printed.
# No redirection stands at a special builtin (`:`, eval, exec, …): where it fails, a POSIX shell ends.
# $1 of each script marks the lines that are meant for the caller: a sandbox may print more.
LC_ALL=C
export LC_ALL
umask 077
mark=$1

# Nothing is started from a relative or empty entry of PATH: it would be whatever lies in the working folder. Nor from a folder of
# another user's: it would be whatever they put there. What tells whose one is comes from the system's own folders.
given=$PATH PATH=/usr/local/bin:/usr/bin:/bin

# GNU and busybox know -c, BSD knows -f; -L as the last follows links.
tools() {
  if stat -c %u / >/dev/null 2>&1; then
    st() { stat ${4-} -c "$1" -- "$3"; }
  else
    st() { stat ${4-} -f "$2" -- "$3"; }
  fi
  uid=$(id -u)
}
tools 2>/dev/null
slash=$(st %u %u / 2>/dev/null)

# Whether $1, and what it leads to if it is a link, belongs to root or to us. Where no stat was found, the shell at least knows
# what is ours: root believes nothing else.
believed() {
  if [ -z "$slash" ]; then
    [ -O "$1" ] || [ ! -O / ]
    return
  fi
  for follow in '' -L; do
    case $(st %u %u "$1" $follow 2>/dev/null) in 0 | "$uid") ;; *) return 1 ;; esac
  done
}

entries=$given: safe=
while [ -n "$entries" ]; do
  entry=${entries%%:*} entries=${entries#*:}
  case $entry in /*) if believed "$entry"; then safe=$safe${safe:+:}$entry; fi ;; esac
done
PATH=${safe:-$PATH}
[ -n "$slash" ] || tools

# The answer is given at once, and its last line holds the digest of the others: a cut or mangled one is not believed.
told=
say() {
  told="$told$mark $*
"
}
answer() { printf '%s%s end %s\n' "$told" "$mark" "$(printf %s "$told" | sum)"; }

# The SHA-256 of the input, in hex and with what else a tool prints behind it.
if command -v sha256sum >/dev/null; then sum() { sha256sum; }
elif command -v shasum >/dev/null; then sum() { shasum -a 256; }
elif command -v openssl >/dev/null; then sum() { openssl dgst -sha256 -r; }
else sum() { "$node" -e 'console.log(require("crypto").createHash("sha256").update(require("fs").readFileSync(0)).digest("hex"))'; }
fi
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }

# The code for what a command said.
class() {
  case $1 in
    *'No space left'* | *'Disk quota'*) echo DISK_FULL ;;
    *'Read-only file system'*) echo READ_ONLY ;;
    *'Permission denied'* | *'not permitted'*) echo PERMISSION ;;
    *'Device or resource busy'*) echo MOUNT_POINT ;;
    *) echo IO ;;
  esac
}

# Runs a command that has to work.
try() { why=$("$@" 2>&1) || fail "$(class "$why")"; }

# Gives what root made in $2 the owner that the rest there has, or the wished one.
own() {
  [ "$uid" = 0 ] || return 0
  try chown "${owner:-$(st %u:%g %u:%g "$2")}" "$1"
}

# Whether $1, which we made, belongs to the user of $2. Else whoever runs the gateway could not read it.
ours() { [ "$uid" = 0 ] || [ "$(st %u %u "$1")" = "$(st %u %u "$2")" ]; }

# Whether $1 may be new in the folder $2: root's may hold ours, and who names us as the owner knows.
fits() { ours "$1" "$2" || [ "${owner%%:*}" = "$uid" ] || [ "$(st %u %u "$2")" = 0 ]; }

# Whether $1 is a temp file of a call: a plain file, named by the call's word and a number of one to four digits.
is_temp() {
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  id=${1##*/.prepair-} id=${id%.tmp}
  case $id in *[!0-9a-f]*) return 1 ;; esac
  [ ${#id} -ge 25 ] && [ ${#id} -le 28 ]
}

# Makes the folder $2 below $1, which may be reached over links; below it none is followed.
made=0
folder() {
  at= rest=$1/ links=1
  for part in 1 2; do
    while [ -n "$rest" ]; do
      name=${rest%%/*} rest=${rest#*/}
      [ -n "$name" ] || continue
      up=${at:-/} at=$at/$name
      if [ -L "$at" ] && [ $links = 0 ]; then fail NOT_A_FILE; fi
      [ -d "$at" ] && continue
      if [ -e "$at" ] || [ -L "$at" ]; then fail NOT_A_FILE; fi
      if why=$(mkdir -m 700 "$at" 2>&1); then
        made=$((made + 1))
        eval "made_$made=\$at"
        own "$at" "$up"
      elif [ ! -d "$at" ]; then
        fail "$(class "$why")"
      fi
    done
    rest=$2/ links=0
  done
}

# Removes the empty ones of the folders that were made.
unmake() {
  while [ "$made" -gt 0 ]; do
    eval "rmdir \"\$made_$made\" 2>/dev/null"
    made=$((made - 1))
  done
}
