/* The facts that a process knows of itself, carries over an exec, and writes down. */
#include "experiment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct self self = { .shape = "generator", .entered = "alive" };

/* As the initial process namespace has them. */
static int tgid;
static unsigned long long start_ticks;

void self_identify(void)
{
	char text[1024], *fields;
	int fd = openat(FD_PROC, "self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	must(length > 0, "reading /proc/self/stat");
	close(fd);
	text[length] = 0;
	tgid = atoi(text);
	fields = strrchr(text, ')');
	must(fields, "/proc/self/stat has no name");
	/* Field 22; the name is field 2. */
	for (int i = 0; i < 20; i++) {
		fields = strchr(fields + 1, ' ');
		must(fields, "/proc/self/stat is short");
	}
	start_ticks = strtoull(fields, NULL, 10);
}

void self_born(void)
{
	bool alive = stage->phase == PHASE_BEFORE;

	self.parent = self.process;
	self.parent_segment = self.segment;
	self.process = ++stage->processes;
	self.segment = self.marks = self.first_mark = self.threads = 0;
	self.is_new = !alive;
	if (self.told == TOLD_BY_TASK)
		self.told = TOLD_BY_ANCESTOR;
	strcpy(self.entered, alive ? "alive" : "fork");
	self.filename[0] = 0;
	self_identify();
}

static const char *const told_names[] = {
	[TOLD_BY_WORDS] = "words",
	[TOLD_BY_ANCESTOR] = "ancestor",
	[TOLD_BY_TASK] = "task",
};

/* code: -1 for a segment that is not the last. No text here needs escapes. */
static void truth(int code)
{
	char line[2 * PATH_LENGTH + 512], end[16] = "null";
	int length;

	/* Nobody saw what came before the trace. */
	if (stage->phase == PHASE_BEFORE)
		return;
	if (code >= 0)
		snprintf(end, sizeof(end), "%d", code);
	length = snprintf(line, sizeof(line),
			  "{\"process\":%u,\"segment\":%u,\"parent\":%u,\"parentSegment\":%u,\"tgid\":%d,"
			  "\"startTicks\":%llu,\"shape\":\"%s\",\"entered\":\"%s\",\"followed\":%s,\"isNew\":%s,"
			  "\"exe\":\"%s\",\"unlinked\":%s,\"filename\":\"%s\",\"firstMark\":%u,\"marks\":%u,"
			  "\"threads\":%u,\"told\":\"%s\",\"exitCode\":%s}\n",
			  self.process, self.segment, self.parent, self.parent_segment, tgid, start_ticks,
			  self.shape, self.entered, self.followed ? "true" : "false",
			  self.is_new ? "true" : "false", self.exe, self.unlinked ? "true" : "false", self.filename, self.first_mark,
			  self.marks - self.first_mark, self.threads, told_names[self.told], end);
	/* One write to a file opened for appending: lines of different processes do not mix. */
	must(length < (int)sizeof(line) && write(FD_TRUTH, line, length) == length, "writing the truth");
}

/* The facts are about to change: what comes is another segment. */
void self_turn(const char *entered)
{
	truth(-1);
	if (stage->phase != PHASE_BEFORE) {
		self.segment++;
		strcpy(self.entered, entered);
	}
	self.first_mark = self.marks;
	self.threads = 0;
	self.filename[0] = 0;
}

void self_untold(void)
{
	if (self.told == TOLD_BY_WORDS)
		return;
	self_turn("turn");
	self.told = TOLD_BY_WORDS;
}

void self_ended(int code)
{
	truth(code);
}

#define PACKED "%u %u %u %u %u %d %d %d %d %23s %255s %255s"

void self_pack(char *into, size_t size)
{
	int length = snprintf(into, size, "%u %u %u %u %u %d %d %d %d %s %s %s", self.process, self.parent,
			      self.parent_segment, self.segment, self.marks, self.followed, self.is_new,
			      self.unlinked, self.told, self.shape, self.exe, self.filename);

	must(length < (int)size, "packing what a process knows of itself");
}

/* In an image that was just executed. */
void self_unpack(const char *from)
{
	int followed, is_new, unlinked, told;

	must(sscanf(from, PACKED, &self.process, &self.parent, &self.parent_segment, &self.segment, &self.marks,
		    &followed, &is_new, &unlinked, &told, self.shape, self.exe, self.filename) == 12,
	     "unpacking what a process knows of itself");
	self.followed = followed;
	self.is_new = is_new;
	self.unlinked = unlinked;
	self.told = told;
	self.first_mark = self.marks;
	strcpy(self.entered, "exec");
	self_identify();
}
