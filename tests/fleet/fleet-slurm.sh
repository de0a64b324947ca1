#!/bin/sh
# packaging/fleet-slurm on a cluster of two nodes, all of it on this machine: own munge, own slurmctld,
# two slurmd. The merged history says what one run over all logs says.
set -eu
[ "$(id -u)" -eq 0 ] || {
    echo "fleet-slurm: skipped: not root"
    exit 77
}
PATH=$PATH:/usr/sbin
for tool in munged slurmctld slurmd sbatch scontrol; do
    command -v $tool > /dev/null || {
        echo "fleet-slurm: skipped: no $tool"
        exit 77
    }
done
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
work=$(mktemp -d)
chmod 755 "$work"
end() {
    for pid in "$work"/*.pid; do
        [ ! -s "$pid" ] || kill "$(cat "$pid")" 2> /dev/null || true
    done
    sleep 1
    rm -rf "$work"
}
trap end EXIT
skip() {
    echo "fleet-slurm: skipped: $1: $(tail -n 2 "$work"/*.log 2> /dev/null | tr '\n' ' ')"
    exit 77
}
port=$((21000 + $$ % 15000))
mkdir "$work/munge" "$work/state" "$work/spool1" "$work/spool2"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 400 "$work/munge/key"
chmod 711 "$work/munge"
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge.pid" \
    --log-file="$work/munge.log" --seed-file="$work/munge/seed" || skip "munge does not start here"
cat > "$work/slurm.conf" << END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool.%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/slurmd.%n.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
MpiDefault=none
NodeName=n1 NodeAddr=127.0.0.1 NodeHostname=$(hostname -s) Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=n2 NodeAddr=127.0.0.1 NodeHostname=$(hostname -s) Port=$((port + 2)) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES State=UP
END
export SLURM_CONF="$work/slurm.conf"
slurmctld -c || skip "slurmctld does not start here"
slurmd -N n1 -c || skip "slurmd does not start here"
slurmd -N n2 -c || skip "slurmd does not start here"
tries=0
until [ "$(sinfo -h -t idle -o %D 2> /dev/null || echo 0)" = 2 ]; do
    tries=$((tries + 1))
    [ $tries -lt 40 ] || skip "the nodes do not come up"
    sleep 0.5
done

for host in mx1 mx2 mx3; do
    mkdir -p "$work/logs/$host"
done
cp samples/postfix.log "$work/logs/mx1/mail.log"
cp samples/exim-zone.log "$work/logs/mx2/mail.log"
cp samples/mixed.log "$work/logs/mx3/mail.log"
case $BOUNCELOG in /*) FLEET_PROGRAM=$BOUNCELOG ;; *) FLEET_PROGRAM=$PWD/$BOUNCELOG ;; esac
export FLEET_PROGRAM
packaging/fleet-slurm "$work/all" "$work/logs"
packaging/fleet-slurm "$work/all" "$work/logs"

# shellcheck source=tests/support/summary.sh
. tests/support/summary.sh
"$BOUNCELOG" report -d "$work/all" | counts_of > "$work/merged"
"$BOUNCELOG" scan "$work"/logs/*/mail.log | counts_of > "$work/whole"
diff -u "$work/whole" "$work/merged"
echo "fleet-slurm: three hosts on two nodes are one"
