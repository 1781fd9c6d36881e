# Makes private, empty files in private folders, for an SDK whose own write sets no modes.
# arguments: mark, owner or '', then (base, path below it)…
fail() { say "$1" "$((index + 1))"; unmake; exit 1; }
index=0 owner=$2
shift 2
while [ $# -gt 0 ]; do
  case $2 in
    */*) folder "$1" "${2%/*}" ;;
    *) folder "$1" '' ;;
  esac
  path=$1/$2
  if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then fail NOT_A_FILE; fi
  [ -e "$path" ] || { why=$( (set -C; true >"$path") 2>&1) || fail "$(class "$why")"; own "$path" "$at"; fits "$path" "$at" || { rm -f -- "$path"; fail PERMISSION; }; }
  try chmod 600 "$path"
  index=$((index + 1))
  shift 2
done
say user "$uid" "$(id -g)"
say ok
