# shellcheck shell=bash
# Runs named steps with a time limit each, and adds up what passed and failed. Sourced by scripts/test.

passed=0
failed=0
skipped=0
lines=()
chosen=()
known=()
running=

# Ctrl-C and a stop by the CI end the step that runs, too: `timeout` passes the signal on to its process group.
stop() {
  [[ -z $running ]] || kill -TERM "$running" 2>/dev/null
  echo "stopped" >&2
  exit 130
}
trap stop INT TERM HUP

choose_steps() {
  chosen=("$@")
}

# wanted NAME: whether the command line asks for this step.
wanted() {
  known+=("$1")
  [[ ${#chosen[@]} -eq 0 || " ${chosen[*]} " == *" $1 "* ]]
}

# step NAME LIMIT COMMAND…: counts as one.
step() {
  local name=$1 limit=$2
  shift 2
  wanted "$name" || return 0
  if run "$name" "$limit" "$@"; then
    count "$name" 1 0 0
  else
    count "$name" 0 1 0
  fi
}

# counted_step NAME LIMIT REPORT… COMMAND: counts the tests in the reports (absolute paths) that the command writes, and
# names at the end those that failed.
counted_step() {
  local name=$1 limit=$2 files=() status=0 numbers=() results=()
  shift 2
  while [[ $1 == /* ]]; do
    files+=("$1")
    shift
  done
  wanted "$name" || return 0
  rm -f "${files[@]}"
  run "$name" "$limit" "$@" || status=$?
  mapfile -t results < <(node scripts/lib/count-tests.mjs "${files[@]}")
  read -ra numbers <<<"${results[0]:-}"
  if [[ ${#numbers[@]} -ne 3 ]]; then
    echo "$name wrote no report that can be counted" >&2
    numbers=(0 1 0)
  elif [[ $status -ne 0 && ${numbers[1]} -eq 0 ]]; then
    # All tests that ran passed, and yet it failed: what went wrong counts as one.
    numbers[1]=1
  elif [[ ${numbers[0]} -eq 0 && ${numbers[1]} -eq 0 ]]; then
    echo "$name ran no test at all" >&2
    numbers[1]=1
  fi
  count "$name" "${numbers[@]}"
  lines+=("${results[@]:1}")
}

# skip NAME WHY
skip() {
  wanted "$1" || return 0
  ((skipped += 1))
  lines+=("$(printf '%-14s skipped: %s' "$1" "$2")")
  printf '\n=== %s: skipped, %s\n' "$1" "$2"
}

# run NAME LIMIT COMMAND…: within the limit, without standard input; the command may be a function.
run() {
  local name=$1 limit=$2 status=0
  shift 2
  printf '\n=== %s\n' "$name"
  began=$SECONDS
  if [[ $(type -t "$1") == function ]]; then
    export_functions
    set -- bash -c '"$@"' bash "$@"
  fi
  timeout --kill-after=20s "$limit" "$@" </dev/null &
  running=$!
  wait "$running" || status=$?
  running=
  [[ $status -ne 124 ]] || echo "$name did not end within $limit" >&2
  return "$status"
}

# A limit can only be put on a program, so functions run in a bash of their own.
export_functions() {
  local name
  for name in $(compgen -A function); do
    export -f "${name?}"
  done
  export root target reports
}

# count NAME PASSED FAILED SKIPPED
count() {
  local result="$2 passed, $3 failed, $4 skipped"
  ((passed += $2, failed += $3, skipped += $4))
  lines+=("$(printf '%-14s %-34s %4d s' "$1" "$result" $((SECONDS - began)))")
  printf -- '--- %s: %s\n' "$1" "$result"
}

summary() {
  local name
  for name in "${chosen[@]}"; do
    if [[ " ${known[*]} " != *" $name "* ]]; then
      echo "unknown step: $name (there are: ${known[*]})" >&2
      ((failed += 1))
    fi
  done
  printf '\n=== summary after %d s\n' "$SECONDS"
  printf '%s\n' "${lines[@]}"
  if [[ $skipped -gt 0 ]]; then
    echo "$passed passed, $failed failed, $skipped skipped"
  else
    echo "$passed passed, $failed failed"
  fi
  [[ $failed -eq 0 ]]
}
