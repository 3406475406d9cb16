#!/bin/sh
# What `spoor tour` follows: a few ordinary things, by several processes. Runs in its own folder. Arguments: a Node.js,
# and a port on loopback where somebody listens.

# List files, through a pipe: two processes at a time.
ls -l /etc/hostname /usr/bin/env | wc -l

# Resolve a name; this one needs no network.
getent ahosts localhost

# Open a connection.
"$1" connect.mjs "$2"

# Fail; and leave something behind, which lives longer than the shell.
cat /etc/no-such-file
(sleep 0.2; true) &
exit 3
