# Run by bouncelog.service in place of its own command: notes what it can do and should not.
# shellcheck shell=sh
exec > /var/lib/bouncelog/probe 2> /dev/null
[ "$(id -un)" = bouncelog ] || echo "it runs as $(id -un)"
id -nG | grep -qw adm || echo "it is not in group adm"
[ -r /var/log/mail.log ] || echo "it cannot read the log"
for file in /etc/bouncelog/new /usr/share/bouncelog/new /var/log/new /var/lib/new /var/log/mail.log; do
    ! sh -c ": >> $file" || echo "it can write $file"
done
: > /tmp/new || echo "it has no /tmp"
[ "$(tail -n +3 /proc/self/net/dev | cut -d: -f1 | tr -d ' ')" = lo ] || echo "it has a network"
[ "$(sed -n 's/^NoNewPrivs:\t//p' /proc/self/status)" = 1 ] || echo "it can get privileges"
[ "$(sed -n 's/^CapBnd:\t//p' /proc/self/status)" = 0000000000000000 ] || echo "it has capabilities"
[ "$(sed -n 's/^Seccomp:\t//p' /proc/self/status)" = 2 ] || echo "its system calls are not filtered"
[ "$(sed -n 's/^Umask:\t//p' /proc/self/status)" = 0077 ] || echo "what it writes can be read by others"
[ "$(nice)" = 19 ] || echo "it is as important as others"
[ ! -e /dev/kmsg ] || echo "it has devices"
bouncelog doctor /var/log/mail.log | grep -q '^ok .*compiles patterns to machine code' || echo "it has no JIT"
exit 0
