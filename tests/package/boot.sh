#!/bin/sh
# usage: boot.sh WORK SCRIPT: starts the system in WORK/root without a network, and there SCRIPT of
# /root; prints what that says, exits as it does, or with 77 where no system can be started.
set -eu
root=$1/root
cat > "$root/etc/systemd/system/inside.service" << END
[Unit]
Description=the test
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=exec
ExecStart=/bin/sh /root/$2
Environment=LC_ALL=C.UTF-8
StandardOutput=file:/root/out
StandardError=inherit
TimeoutStopSec=5
[Install]
WantedBy=multi-user.target
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../inside.service "$root/etc/systemd/system/multi-user.target.wants/inside.service"
rm -f "$root/root/out"
status=0
timeout 300 systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --private-network \
    --console=read-only < /dev/null > "$1/console" 2>&1 || status=$?
[ -e "$root/root/out" ] || {
    tail -n 3 "$1/console"
    echo "no system could be started here"
    exit 77
}
cat "$root/root/out"
[ "$status" -eq 0 ] || [ -s "$root/root/out" ] || tail -n 20 "$1/console"
exit "$status"
