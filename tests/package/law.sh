#!/bin/sh
# Checks src/LAW: who may include whom, who may allocate, write to stderr, exit, read the environment;
# and that nobody starts another program or speaks to the network.
# usage: law.sh SOURCE_FOLDER
set -eu
cd "$1"
faults=0
fault() { echo "law: $*"; faults=$((faults + 1)); }

law() { sed -n "s/^$1: *\(.*\)/\1/p" src/LAW; }
third_party=$(sed -n 's/^[a-z]*:.*|//p' src/LAW | tr ' ' '\n' | sed '/^$/d' | sort -u)

for folder in src/*/; do
    room=$(basename "$folder")
    line=$(law "$room")
    if [ -z "$line" ]; then
        fault "src/$room is no room of src/LAW"
        continue
    fi
    rooms=" $room ${line%%|*} "
    headers=" ${line##*|} "
    for file in src/"$room"/*.[ch] include/bouncelog/"$room"/*.h; do
        [ -f "$file" ] || continue
        for included in $(sed -n 's/^ *# *include *"bouncelog\/\([a-z]*\)\/.*/\1/p' "$file"); do
            case "$rooms" in *" $included "*) ;; *) fault "$file includes room $included" ;; esac
        done
        for header in $(sed -n 's/^ *# *include *<\([^>]*\)>.*/\1/p' "$file"); do
            echo "$third_party" | grep -qx "$header" || continue
            case "$headers" in *" $header "*) ;; *) fault "$file includes <$header>" ;; esac
        done
        for own in $(sed -n 's/^ *# *include *"\([a-z_]*\.h\)".*/\1/p' "$file"); do
            [ "$own" = version.h ] || [ -f "src/$room/$own" ] || fault "$file includes \"$own\" of another room"
        done
        [ "$room" = base ] || ! grep -nE '\b(malloc|calloc|realloc|strdup)\(' "$file" || fault "$file allocates"
        [ "$room" = cli ] || ! grep -nE '\b(getenv|exit|_exit)\(|\bstderr\b' "$file" || fault "$file exits, writes to stderr or reads the environment"
        ! grep -nE '\b(system|popen|exec[lv]p?e?|execveat|fexecve|posix_spawnp?|v?fork|dlopen|socket|getaddrinfo)\(' "$file" ||
            fault "$file starts a program, loads code or speaks to the network"
        lines=$(wc -l < "$file")
        [ "$lines" -le 450 ] || fault "$file has $lines lines"
    done
done
[ "$faults" -eq 0 ] && echo "the law holds"
[ "$faults" -eq 0 ]
