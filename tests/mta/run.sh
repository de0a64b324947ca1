#!/bin/sh
# A real MTA delivers to a scripted SMTP server; bouncelog must read out of its log what that server
# answered to whom, and suppress nobody else.
#
# The MTA runs in namespaces of its own: its root is this host's with the unpacked packages laid
# over it, what it writes goes to memory, its network is a loopback device where every address of
# RFC 5737 is at home, and it ends with its first process. The host's own files stay as they are.
#
# usage: run.sh postfix|exim|sendmail|opensmtpd [verbose]: with a log as short as it comes, or with all that the MTA can say
#        run.sh lists: Exim is asked, as its own user, whom a list stops that was made as docs/LISTS.md says
#        run.sh late: all of them, as senders and as hosts that accept mail and send it back later (late.py)
# BOUNCELOG: the program. MTA_KEEP: a folder that the log and the truth are left in.
# MTA_CACHE: where unpacked packages are kept, build/mta if not said.
set -eu
mta=$1
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1

skip() {
    echo "mta: skipped: $*"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip "namespaces and the MTA's users need root"
for tool in unshare setpriv mount chroot ip flock apt-get dpkg-deb python3; do
    command -v "$tool" > /dev/null || skip "no $tool"
done
unshare --mount --net --uts --ipc --pid --fork ip link set lo up 2> /dev/null ||
    skip "namespaces, or networks of their own in them, are not allowed here"
packages_of() {
    case $1 in
    postfix) echo postfix vacation python3-milter ;;
    exim) echo exim4-daemon-light ;;
    sendmail) echo sendmail-bin sendmail-cf m4 python3-milter ;;
    opensmtpd) echo opensmtpd vacation ;;
    *) exit 2 ;;
    esac
}
cache=${MTA_CACHE:-build/mta}
case $mta in
late) mtas="postfix exim sendmail opensmtpd" ;;
lists) mtas=exim ;;
*) mtas=$mta ;;
esac
for each in $mtas; do
    packages=$(packages_of "$each")
    # shellcheck disable=SC2086
    sh "$here/packages.sh" "$cache/$each" $packages || skip "cannot fetch $packages"
done
cache=$(cd "$cache" && pwd)

work=$(mktemp -d)
lab=
clean() {
    [ -z "$lab" ] || kill -KILL "$lab" 2> /dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/room" "$work/out"
if [ "$mta" = lists ]; then
    python3 "$here/lists_check.py" make "$work/out"
    set -- "$here/lists_inside.sh" "$cache" "$work" "$here"
elif [ "$mta" = late ]; then
    set -- "$here/late_inside.sh" "$cache" "$work" "$here"
else
    set -- "$here/inside.sh" "$mta" "${2:-plain}" "$cache/$mta/tree" "$work" "$here"
fi
setpriv --pdeathsig KILL unshare --mount --net --uts --ipc --pid --fork --kill-child=KILL \
    sh "$@" &
lab=$!
status=0
wait "$lab" || status=$?
lab=
if [ -n "${MTA_KEEP:-}" ]; then
    mkdir -p "$MTA_KEEP"
    cp -r "$work/out/." "$MTA_KEEP"
fi
[ "$status" -eq 0 ] || exit "$status"
case $mta in
late) python3 "$here/late.py" "$work/out" ;;
lists) python3 "$here/lists_check.py" check "$work/out" ;;
*) python3 "$here/check.py" "$mta" "$work/out" ;;
esac
