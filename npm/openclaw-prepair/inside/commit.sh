# Makes uploaded files visible, in order: lock, look again, copy beside the target, sync, rename. May run twice.
# arguments: mark, random word, folder of the uploads, state dir, owner or '', node or '', rows.js, number of uploads,
# then for each step: write|remove|sql|sweep, base, path below it, number of the upload, its sha256, mode or 'keep:' and a
# mode, expected sha256, '-' for nothing or 'any'. A step sql has the database as base, the rest is its upload; a step sweep only
# removes what killed calls left in the base.
word=$2 stage=$3 state=$4 owner=$5 node=$6 program=$7 uploads=$8
shift 8
lock=$state/.prepair.lock held=0 shown=0 index=0 temps=0

digest() { digest=$(sum 2>/dev/null <"$1") && printf %s "${digest%% *}"; }

# A whole file on the disk; old and BSD sync know only everything.
flush() { sync "$1" 2>/dev/null || sync; }

# Cleans up, answers, ends. $1: ok or why not; the number is that of the step it stopped at, the next one how many are done.
finish() {
  trap '' HUP INT TERM
  while [ $temps -gt 0 ]; do
    eval "rm -f -- \"\$temp_$temps\" 2>/dev/null"
    temps=$((temps - 1))
  done
  while [ "$uploads" -gt 0 ]; do
    uploads=$((uploads - 1))
    rm -f -- "$stage/$word.$uploads"
  done
  if [ "$1" = ok ]; then
    # Only a help: without it a second delivery finds no uploads, and the caller plans again.
    true 2>/dev/null >"$stage/$word.done"
    made=0
  fi
  if [ $held = 1 ] && rm -- "$lock/$me" 2>/dev/null; then rmdir "$lock" 2>/dev/null; fi
  unmake
  say done "$1" "$index" "$shown"
  answer
  [ "$1" = ok ]
  exit
}
fail() { finish "$1"; }
trap 'finish STOPPED' HUP INT TERM

# ---- The lock: crates/host-unix/src/lock.rs states the protocol.
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || boot=-
space=$(readlink /proc/self/ns/pid 2>/dev/null | tr -cd 0-9)
space=${space:--}
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
start=$(started $$)
me=$boot.$space.$$.${start:--}.$word

# Whether the holder named $1 is surely gone.
dead() {
  theirs=${1%%.*} rest=${1#*.}
  [ "$boot" = - ] || [ "$theirs" = - ] || [ "$theirs" = "$boot" ] || return 0
  theirs=${rest%%.*} rest=${rest#*.}
  [ "$theirs" = "$space" ] || return 1
  pid=${rest%%.*} rest=${rest#*.} since=${rest%%.*}
  if [ -r "/proc/$pid/stat" ]; then
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in Z* | X*) return 0 ;; esac
    now=$(started "$pid")
    [ "$since" != - ] && [ -n "$now" ] && [ "$now" != "$since" ]
  else
    # Without /proc, or where it hides the processes of others (hidepid): one of those lives, but may not be signalled.
    why=$(kill -0 "$pid" 2>&1) && return 1
    case $why in *'No such process'*) return 0 ;; *) return 1 ;; esac
  fi
}

nap() { sleep 0.1 2>/dev/null || sleep 1; }

# Whether $1 was last changed more than 30 s from now.
aged() {
  since=$(st %Y %m "$1" 2>/dev/null) || return 1
  age=$(($(date +%s) - since))
  [ $age -gt 30 ] || [ $age -lt -30 ]
}

# Whether $1 is a holder's: an empty file with such a name. All else was made by no call.
holders() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ ! -s "$1" ] || return 1
  rest=${1##*/}
  case $rest in *.*.*.*.*.*) return 1 ;; *.*.*.*.????????*) ;; *) return 1 ;; esac
  case ${rest##*.} in *[!0-9A-Za-z]*) return 1 ;; esac
  rest=${rest%.*}
  case ${rest##*.} in -) ;; '' | *[!0-9]*) return 1 ;; esac
  rest=${rest%.*}
  case ${rest##*.} in '' | *[!0-9]*) return 1 ;; esac
}

# Removes a stale lock.
clear_lock() {
  [ -d "$lock" ] || return 0
  old=0
  if aged "$lock"; then old=1; fi
  name=
  for entry in "$lock"/* "$lock"/.[!.]* "$lock"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    name=${entry##*/}
    if holders "$entry"; then
      [ $old = 1 ] || dead "$name" || return 1
    else
      # Unless it is gone by now.
      [ $old = 0 ] || { [ ! -e "$entry" ] && [ ! -L "$entry" ]; } || fail FOREIGN
      return 1
    fi
    rm -- "$entry" 2>/dev/null || return 1
    rmdir "$lock" 2>/dev/null && return 0
  done
  # An empty one is nobody's after a moment: a maker that lives finds it gone, and tries again.
  if [ -z "$name" ]; then nap; elif [ $old = 0 ]; then return 1; fi
  rmdir "$lock" 2>/dev/null
}

take() {
  why=$(mkdir -m 700 "$lock" 2>&1) || {
    [ -d "$lock" ] && [ ! -L "$lock" ] || {
      if [ -L "$lock" ] || [ -f "$lock" ] || [ -p "$lock" ] || [ -S "$lock" ]; then fail FOREIGN; fi
      # It may have been let go since.
      case $why in *'File exists'*) [ -L "$lock" ] || return 1 ;; esac
      [ ! -e "$lock" ] && [ -d "$state" ] && fail "$(class "$why")"
      return 1
    }
    clear_lock && why=$(mkdir -m 700 "$lock" 2>&1) || return 1
  }
  # At once: a lock without a holder is soon nobody's.
  why=$( (true >"$lock/$me") 2>&1) || {
    # It may have been taken for such a one.
    case $why in *'No such file'* | *onexistent*) return 1 ;; esac
    rmdir "$lock" 2>/dev/null
    fail "$(class "$why")"
  }
  [ "$uid" != 0 ] || chown "$(st %u:%g %u:%g "$state")" "$lock" 2>/dev/null
  [ "$(ls -A "$lock" 2>/dev/null)" = "$me" ] && return 0
  rm -f -- "$lock/$me"
  rmdir "$lock" 2>/dev/null
  return 1
}

limit=$(($(date +%s) + 35))
folder "$state" ''
until take; do
  [ "$(date +%s)" -lt $limit ] || fail LOCKED
  nap
  [ -d "$state" ] || folder "$state" ''
done
held=1
fits "$lock" "$state" || fail PERMISSION

# Delivered a second time, the first having come to its end.
if [ -e "$stage/$word.done" ]; then index=-1; finish ok; fi

# ---- The steps.
each() {
  pass=$1 index=0
  shift
  while [ $# -gt 0 ]; do
    kind=$1 base=$2 below=$3 number=$4 sha=$5 mode=$6 expect=$7
    index=$((index + 1))
    path=$base/$below upload=$stage/$word.$number dir=$base
    case $below in */*) dir=$base/${below%/*} ;; esac
    [ "$kind" != sql ] || path=$base
    $pass
    shift 7
  done
}

# Whether what stands there is what the plan was made from.
same() {
  if [ -L "$path" ] || [ -d "$path" ]; then fail NOT_A_FILE; fi
  if [ ! -e "$path" ]; then [ "$expect" = - ] || [ "$expect" = any ]; return; fi
  [ -f "$path" ] || fail NOT_A_FILE
  [ "$expect" = any ] || [ "$(digest "$path")" = "$expect" ]
}

prepare() {
  if [ "$kind" = write ] || [ "$kind" = sql ]; then
    # A second delivery that comes after a failure finds nothing more to do: plan again.
    [ -e "$upload" ] || fail CHANGED
    [ -r "$upload" ] || fail UNREADABLE
    [ "$(digest "$upload")" = "$sha" ] || fail PARTIAL
  fi
  [ "$kind" != sql ] || return 0
  case $kind$below in sweep) ;; */*) folder "$base" "${below%/*}" ;; *) folder "$base" '' ;; esac
  # Below the state dir temp files were left by dead calls, as the lock is ours. In the config's folder a call for another
  # state dir may be at work: there they are as old as a lock that is nobody's.
  for left in "$dir"/.prepair-*.tmp; do
    is_temp "$left" || continue
    case $dir/ in "$state"/*) ;; *) aged "$left" || continue ;; esac
    rm -f -- "$left" 2>/dev/null
  done
  [ "$kind" != sweep ] || return 0
  real=$(cd -P -- "$dir" && pwd && echo .) || fail IO
  real=${real%??}/${path##*/}
  [ ! -r /proc/self/mountinfo ] || while read -r _ _ _ _ point _; do
    # A space stands there as \040; printf would take three digits after the 0.
    case $point in
      *\\*) point=$(printf '%b.' "$(printf '%s\n' "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')") ;;
      *) point=$point. ;;
    esac
    if [ "$point" = "$real." ]; then fail MOUNT_POINT; fi
  done </proc/self/mountinfo
}

first() {
  case $seen in *"<$base/$below>"*) return 0 ;; esac
  seen="$seen<$base/$below>"
  case $kind in sql | sweep) ;; *) same || fail CHANGED ;; esac
}

copy() {
  if [ "$kind" = remove ] && [ -e "$path" ]; then ours "$lock" "$path" || fail PERMISSION; fi
  [ "$kind" = write ] || return 0
  temp=$dir/.prepair-$word$index.tmp temps=$((temps + 1))
  eval "temp_$temps=\$temp temp_of_$index=\$temp"
  why=$( (set -C; cat -- "$upload" >"$temp") 2>&1) || fail "$(class "$why")"
  [ "$(digest "$temp")" = "$sha" ] || lost IO
  case $mode in
    keep:*) mode=${mode#keep:}; [ ! -e "$path" ] || mode=$(st %a %Lp "$path") ;;
  esac
  if [ -e "$path" ] && [ "$uid" = 0 ]; then
    settle chown "$(st %u:%g %u:%g "$path")" "$temp"
  elif [ -e "$path" ]; then
    # Only root can give a file away, and a group that we are not in; that is lost only where it may do no more than all.
    ours "$temp" "$path" || lost PERMISSION
    group=$(st %g %g "$path")
    [ "$group" = "$(st %g %g "$temp")" ] || chgrp "$group" "$temp" 2>/dev/null ||
      [ $((0$mode >> 3 & ~0$mode & 7)) = 0 ] || lost PERMISSION
  else
    fits "$temp" "$dir" || lost PERMISSION
    [ "$uid" != 0 ] || settle chown "${owner:-$(st %u:%g %u:%g "$dir")}" "$temp"
  fi
  settle chmod "$mode" "$temp"
  flush "$temp"
}

# Fails by $1, or to be planned again where the temp file is gone: a call that took us for dead has swept it.
lost() {
  [ -e "$temp" ] || fail CHANGED
  fail "$1"
}
settle() { why=$("$@" 2>&1) || lost "$(class "$why")"; }
replace() { why=$(mv -f -- "$temp" "$path" 2>&1) || lost "$(class "$why")"; }

show() {
  case $kind in
    sql)
      answer=$("$node" -e "$program" -- "$mark" apply "$upload" 2>/dev/null)
      case $answer in
        *"$mark rows"*) ;;
        *"$mark SQLITE"*) answer=${answer##*"$mark "}; finish "$answer" ;;
        *"$mark CHANGED"*) fail CHANGED ;;
        *) fail SQLITE ;;
      esac
      ;;
    remove)
      same || fail CHANGED
      try rm -- "$path"
      flush "$dir"
      ;;
    write)
      same || fail CHANGED
      eval "temp=\$temp_of_$index"
      if [ "$expect" = - ]; then
        # Published by a link, which never replaces; where there are none, by a rename.
        if ! ln -- "$temp" "$path" 2>/dev/null; then
          same || fail CHANGED
          replace
        fi
        rm -f -- "$temp"
      else
        replace
      fi
      flush "$dir"
      # Read back: an old gateway rewrites its files without a lock.
      [ "$(digest "$path")" = "$sha" ] || fail CHANGED
      ;;
  esac
  shown=$index
}

seen=
each prepare "$@"
each copy "$@"
each first "$@"
each show "$@"
index=0
finish ok
