/*
 * Reopens output files for Node.js after it gave up root. Node.js names their places while it is
 * root. Later it can only request one of these places, by its number. A place is an open folder and
 * a name in it. Links are not followed.
 */
#ifndef SPOOR_NATIVE_PLACES_H
#define SPOOR_NATIVE_PLACES_H

#include "launch.h"

enum { PLACES_MAX = 4, NAME_SIZE = 256 };
enum { O_CREAT = 0100, O_EXCL = 0200, O_NOCTTY = 0400, O_APPEND = 02000, O_PATH = 010000000 };
enum { SOL_SOCKET = 1, SCM_RIGHTS = 1, MSG_NOSIGNAL = 0x4000 };
#if defined(__x86_64__)
enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };
#else
enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000 };
#endif

/* Follows the request REQUEST_PLACE, whose value is the length of the name after it. */
struct place_request {
	/* a descriptor of Node.js */
	u32 folder;
	/* the owner of a new file */
	u32 uid, gid;
};

static struct {
	int folder;
	u32 uid, gid;
	char name[NAME_SIZE];
} places[PLACES_MAX];
static u32 places_used, places_sealed;

/* Sends one byte, 0 or an error, and the descriptor if there is one. */
static void answer_place(long error, int fd)
{
	u8 byte = error < 0 ? -error : 0;
	struct {
		u64 length;
		int level, type, fd, unused;
	} control = { 20, SOL_SOCKET, SCM_RIGHTS, fd, 0 };
	struct {
		void *bytes;
		u64 size;
	} part = { &byte, 1 };
	struct {
		void *name;
		u64 name_length;
		void *parts;
		u64 count;
		void *control;
		u64 control_length;
		u64 flags;
	} message = { 0, 0, &part, 1, fd < 0 ? 0 : &control, fd < 0 ? 0 : sizeof(control), 0 };

	SYS(NR(46, 211), launch.files, &message, MSG_NOSIGNAL, 0, 0);
}

static void keep_place(u8 length)
{
	struct place_request request;
	char name[NAME_SIZE], path[64];
	long folder = -ENOENT;

	if (read_all(launch.control, &request, sizeof(request)) <= 0 || read_all(launch.control, name, length) <= 0)
		return;
	name[length] = 0;
	if (!places_sealed && places_used < PLACES_MAX) {
		char *at = append_text(append_number(append_text(path, "/proc/"), launch.node_pid), "/fd/");

		append_number(at, request.folder);
		folder = sys_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder >= 0) {
		places[places_used].folder = folder;
		places[places_used].uid = request.uid;
		places[places_used].gid = request.gid;
		append_text(places[places_used++].name, name);
	}
	answer_place(folder, -1);
}

static void reopen_place(u8 index)
{
	static const int usual = O_WRONLY | O_APPEND | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	long fd = -ENOENT;

	for (int tries = 0; index < places_used && tries < 8; tries++) {
		fd = SYS(NR(257, 56), places[index].folder, places[index].name, usual, 0, 0);
		if (fd != -ENOENT)
			break;
		fd = SYS(NR(257, 56), places[index].folder, places[index].name, usual | O_CREAT | O_EXCL, 0600, 0);
		if (fd >= 0)
			SYS(NR(93, 55), fd, places[index].uid, places[index].gid, 0, 0);
		if (fd != -EEXIST)
			break;
	}
	answer_place(fd, fd);
	if (fd >= 0)
		sys_close(fd);
}

#endif
