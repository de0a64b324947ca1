#!/bin/sh
# packaging/fleet over a real sshd on the loopback: three hosts, one of which is away the first time.
# The merged history says what one run over all logs says.
set -eu
for tool in ssh ssh-keygen parallel flock; do
    command -v $tool > /dev/null || {
        echo "fleet: skipped: no $tool"
        exit 77
    }
done
sshd=$(command -v sshd || ls /usr/sbin/sshd 2> /dev/null) || {
    echo "fleet: skipped: no sshd"
    exit 77
}
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
work=$(mktemp -d)
trap 'kill $(cat "$work/sshd.pid" 2> /dev/null) 2> /dev/null || true; rm -rf "$work"' EXIT
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
cp "$work/user.pub" "$work/authorized"
port=$((20000 + $$ % 20000))
cat > "$work/sshd.conf" << END
ListenAddress 127.0.0.1
Port $port
HostKey $work/host
PidFile $work/sshd.pid
AuthorizedKeysFile $work/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
AcceptEnv BOUNCELOG_DEFAULTS HOST_DIR
END
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
"$sshd" -f "$work/sshd.conf" -E "$work/sshd.log" || {
    echo "fleet: skipped: sshd does not start here: $(tail -1 "$work/sshd.log")"
    exit 77
}
for host in mx1 mx2 mx3; do
    mkdir "$work/$host"
    cat >> "$work/ssh.conf" << END
Host $host
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile $work/user
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
  SetEnv HOST_DIR=$work/$host BOUNCELOG_DEFAULTS=$work/$host/default
END
    echo "BOUNCELOG_STATE=$work/$host BOUNCELOG_LOGS='$work/$host/mail.log*'" > "$work/$host/default"
done
cp samples/postfix.log "$work/mx1/mail.log"
cp samples/exim-zone.log "$work/mx2/mail.log"
cp samples/mixed.log "$work/mx3/mail.log"

export FLEET_SSH="ssh -F $work/ssh.conf" FLEET_PROGRAM="$PWD/${BOUNCELOG#"$PWD/"}" FLEET_RETRIES=2
case $BOUNCELOG in /*) FLEET_PROGRAM=$BOUNCELOG ;; esac
mv "$work/mx3" "$work/away"
if packaging/fleet "$work/all" mx1 mx2 mx3 2> "$work/err"; then
    echo "fleet: a host that is away is not missed"
    exit 1
fi
grep -q '1 host(s) did not come' "$work/err"
mv "$work/away" "$work/mx3"
packaging/fleet "$work/all" mx1 mx2 mx3
packaging/fleet "$work/all" mx1 mx2 mx3

# shellcheck source=tests/support/summary.sh
. tests/support/summary.sh
[ -s "$work/mx1/history.db" ] || {
    echo "fleet: the history is not that of the nightly run"
    exit 1
}
"$BOUNCELOG" report -d "$work/all" | counts_of > "$work/merged"
"$BOUNCELOG" scan "$work/mx1/mail.log" "$work/mx2/mail.log" "$work/mx3/mail.log" | counts_of > "$work/whole"
diff -u "$work/whole" "$work/merged"

# What the caller names goes before what the hosts say.
cp samples/solaris.log "$work/mx1/other.log"
# shellcheck disable=SC2016
FLEET_HISTORY='$HOST_DIR/other' FLEET_LOGS='$HOST_DIR/other.log' packaging/fleet "$work/one" mx1
"$BOUNCELOG" report -d "$work/one" | counts_of > "$work/merged"
"$BOUNCELOG" scan "$work/mx1/other.log" | counts_of > "$work/whole"
diff -u "$work/whole" "$work/merged"
echo "fleet: three hosts are one"
