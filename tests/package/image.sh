#!/bin/sh
# The container image: it is built from packaging/Containerfile, and its program reads logs of a volume that
# cannot be written, as a user without rights, on a root that cannot be written, and keeps a history. Base is
# a Debian of mmdebstrap under the name that the file asks for, so that no registry is needed.
set -eu
skip() {
    echo "image: $*"
    exit 77
}
faults=0
fault() {
    echo "image: $*"
    faults=1
}
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$(dirname "$BOUNCELOG")/CMakeCache.txt" || skip "tested with the release alone"
[ "$(id -u)" -eq 0 ] || skip "only root can make a base of its own"
for tool in mmdebstrap buildah podman; do
    command -v $tool > /dev/null || skip "$tool is not installed"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SOURCE_DATE_EPOCH
export TMPDIR="$work"

# A store of its own, with files as they are: no other file system, nothing of another image.
mkdir "$work/etc"
export CONTAINERS_STORAGE_CONF="$work/etc/storage.conf" CONTAINERS_CONF="$work/etc/containers.conf"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/images"\nrunroot = "%s/run"\n' "$work" "$work" > "$CONTAINERS_STORAGE_CONF"
printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n' > "$CONTAINERS_CONF"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$work/etc/policy.json"

base=$(sed -n 's/^ARG DEBIAN=//p' packaging/Containerfile)
mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$work/base.tar" > "$work/log" 2>&1 ||
    skip "no base could be made: $(tail -n 1 "$work/log")"
podman import --quiet "$work/base.tar" "$base" > "$work/log" 2>&1 || skip "no image can be kept here: $(tail -n 1 "$work/log")"
rm "$work/base.tar"
first=$(buildah from --isolation chroot --signature-policy "$work/etc/policy.json" "$base" 2> "$work/log") ||
    skip "no image can be worked on here: $(tail -n 1 "$work/log")"
buildah run --isolation chroot "$first" apt-get update -q > "$work/log" 2>&1 ||
    skip "nothing can be run or fetched in an image here: $(tail -n 1 "$work/log")"
buildah rm "$first" > /dev/null

buildah build --isolation chroot --pull-never --signature-policy "$work/etc/policy.json" --quiet -t bouncelog \
    -f packaging/Containerfile . > "$work/log" 2>&1 || {
    tail -n 20 "$work/log"
    fault "the image cannot be built"
    exit 1
}
config=$(buildah inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Volumes}}' bouncelog)
[ "$config" = "bouncelog [/usr/bin/bouncelog] map[/history:{}]" ] || fault "user, entrypoint and volumes are $config"

# Who starts containers here, if anybody: crun wants cgroups as they are not everywhere, runc takes them.
mkdir "$work/logs" "$work/history"
cp samples/rotated/mail.log* "$work/logs/"
chgrp 4 "$work"/logs/*
chmod 640 "$work"/logs/*
chown 900 "$work/history"
runtime=
container() { # options of podman, the image, its arguments
    # shellcheck disable=SC2086
    podman $runtime run --rm --pull never --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --read-only --read-only-tmpfs=false \
        --network none --cap-drop all --security-opt no-new-privileges -e SOURCE_DATE_EPOCH=1795478400 -e TZ=UTC \
        -v "$work/logs:/logs:ro" "$@"
}
container --entrypoint true bouncelog 2> "$work/log" || {
    runtime="--runtime runc"
    container --entrypoint true bouncelog 2> "$work/log" ||
        { [ $faults -eq 0 ] && skip "it was built, but no container can be started here: $(tail -n 1 "$work/log")"; exit 1; }
}
check() { # what, what it says, what it should say
    [ "$2" = "$3" ] || fault "$1: $2, expected $3"
}
check "its version" "$(container bouncelog --version | head -n 1)" "$("$BOUNCELOG" --version | head -n 1)"
check "without arguments" "$(container bouncelog)" "$("$BOUNCELOG" --help)"
# shellcheck disable=SC2016
check "its user" "$(container --entrypoint sh bouncelog -c 'echo $(id -u) $(id -un) $(id -Gn)')" "900 bouncelog bouncelog adm"
check "what it can write" "$(container -v "$work/history:/history" --entrypoint sh bouncelog -c \
    'for folder in / /logs /usr /etc /tmp /history; do touch $folder/new 2> /dev/null && echo $folder; done' || :)" /history
rm "$work/history/new"

set -- scan --history /history/history.db -o /history/summary.json -s /history/suppress.txt --html /history/report.html \
    /logs/mail.log.2.gz /logs/mail.log.1 /logs/mail.log
said=$(container -v "$work/history:/history" bouncelog "$@" 2>&1) || fault "a scan: exit $?"
check "a scan" "$said" ""
SOURCE_DATE_EPOCH=1795478400 TZ=UTC "$BOUNCELOG" scan -o "$work/own.json" -s "$work/own.txt" "$work"/logs/mail.log.2.gz "$work/logs/mail.log.1" "$work/logs/mail.log"
cmp "$work/own.txt" "$work/history/suppress.txt" || fault "its list is another one than that of the program here"
for key in attempts lines; do
    check "$key" "$(grep "^\"$key\"" "$work/history/summary.json")" "$(grep "^\"$key\"" "$work/own.json")"
done
container -v "$work/history:/history" bouncelog "$@" || fault "a second night: exit $?"
grep -q '^"attempts":{"total":0,' "$work/history/summary.json" || fault "a second night counts again: $(grep '^"attempts"' "$work/history/summary.json")"
container -v bouncelog:/history bouncelog "$@" || fault "a new volume cannot be written: exit $?"

# Logs for root alone, as Docker keeps them (docs/COOKBOOK.md): with the right that it says, and only so.
cp samples/docker-json-file.json "$work/logs/4f-json.log"
chmod 600 "$work/logs/4f-json.log"
recipe="exec bouncelog scan --history /history/root.db --wait 600 -o /history/summary.json -s /history/root.txt /logs/*-json.log*"
! container -v bouncelog:/history --entrypoint /bin/sh bouncelog -c "$recipe" 2> /dev/null || fault "it can read what is for root alone"
container -v bouncelog:/history --cap-add DAC_OVERRIDE --user 0 --entrypoint /bin/sh bouncelog -c "$recipe" ||
    fault "Docker's own log: exit $?"
exit $faults
