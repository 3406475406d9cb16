# The first process of a guest, once its disks are found: mounts what a Debian system has mounted, runs $PROGRAM
# of this folder and turns the machine off. $WORK is the work tree.
export PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/root CI=true SPOOR_KERNEL_REPORT=/dev/ttyS1 TERM=dumb NO_COLOR=1
# In emulation all takes ten to thirty times as long: what does the same many times does it less often.
export SPOOR_CASES=5000 SPOOR_STORM=0.05 SPOOR_RUNS=2 SPOOR_KILLS=2 SPOOR_REPLACEMENTS=20
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t tmpfs run /run
busybox mkdir -p /dev/shm /dev/pts
busybox mount -t tmpfs shm /dev/shm
busybox mount -t devpts devpts /dev/pts
busybox mount -t cgroup2 cgroup2 /sys/fs/cgroup
busybox mount -t bpf bpf /sys/fs/bpf
busybox mount -t tracefs tracefs /sys/kernel/tracing
busybox mount --make-rshared /
busybox hostname guest
busybox ifconfig lo 127.0.0.1 up
for name in fd:/proc/self/fd stdin:/proc/self/fd/0 stdout:/proc/self/fd/1 stderr:/proc/self/fd/2; do
  busybox ln -sf "${name#*:}" "/dev/${name%%:*}"
done
ulimit -l unlimited
ulimit -n 65536
# What comes back goes over the second serial port, byte for byte.
stty -F /dev/ttyS1 raw -echo
cd "$WORK" || exit 1
node "scripts/kernels/guest/$PROGRAM" </dev/null >/dev/console 2>&1
echo "kernels: $PROGRAM ended with status $?"
busybox sync
busybox poweroff -f
