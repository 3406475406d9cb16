/*
 * The generator: processes in the shapes that break trackers, each of which writes down its own
 * truth.
 *
 * `main.c` is the process that starts all others and the entry of every image that they execute;
 * `shapes.c`, `binaries.c` and `alive.c` are the shapes; `act.c` is what a process can do; `self.c`
 * is what it knows of itself and writes down; `stage.c` is what all of them share.
 */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#define _GNU_SOURCE
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PATH_LENGTH 256
#define NAME_LENGTH 16

/*
 * Descriptors that every process has, at numbers that survive an exec: paths mean nothing behind
 * a chroot.
 */
enum {
	FD_TRUTH = 60,
	FD_MARKS,
	/* of the initial process namespace */
	FD_PROC,
	/* an executable, opened for reading */
	FD_LATE,
	FD_STAGE,
};

/* BEFORE: nobody traces yet. ACT: all stand, and act once more. */
enum phase { PHASE_BEFORE, PHASE_TRACED, PHASE_ACT };

/* Memory that all processes share, across executions too. */
struct stage {
	_Atomic uint32_t phase;
	atomic_uint processes;
	/* how many wait for PHASE_TRACED, and for PHASE_ACT */
	atomic_uint waiting, standing;
	/* processes that took the id of an ended one; those that found it taken */
	atomic_uint reused, not_reused;
	atomic_bool failed;
	/*
	 * how many may act at a time in PHASE_ACT: it is state that is under pressure here, not
	 * the rings
	 */
	sem_t turns;
	int generator;
	cpu_set_t cpus;
	char run[NAME_LENGTH];
	/* name that the scope follows, and one that it does not */
	char match[NAME_LENGTH], decoy[NAME_LENGTH];
	char folder[PATH_LENGTH];
};
extern struct stage *stage;

void stage_create(void);
void stage_open(void);
void stage_enter(enum phase phase);
void stage_await(enum phase phase);
_Noreturn void die(const char *what);
void must(bool ok, const char *what);
/* `name` in the folder of the experiment; valid until the next call. */
const char *inside(const char *name);

/*
 * A process is told as segments: spans over which its facts are the same. Truth is a line a
 * segment, written at its end, and says which events the segment has to have.
 */
struct self {
	/* numbers of the experiment's own, from 0: the generator */
	unsigned process, parent, parent_segment;
	unsigned segment;
	/* marked opens so far, and the first of this segment */
	unsigned marks, first_mark;
	/* threads started in this segment */
	unsigned threads;
	bool followed, is_new, unlinked;
	/*
	 * The source that shows a process is followed when its words are kept nowhere: nothing, an
	 * ancestor that lives and matches, or what acts itself.
	 */
	enum { TOLD_BY_WORDS, TOLD_BY_ANCESTOR, TOLD_BY_TASK } told;
	/* how the segment began: fork, exec, alive; or turn, by no event */
	char entered[NAME_LENGTH];
	char shape[24];
	char exe[PATH_LENGTH];
	/* what was executed, when the segment began so */
	char filename[PATH_LENGTH];
};
extern struct self self;

void self_born(void);
void self_identify(void);
/* A segment ends, and the next begins. */
void self_turn(const char *entered);
/* The source of the follow state has gone. */
void self_untold(void);
/* The last segment ends. */
void self_ended(int code);
/* Over an exec. */
void self_pack(char *into, size_t size);
void self_unpack(const char *from);

void rename_self(const char *comm);
void move_to_cpu(unsigned index);
/* So many opens, each of a name that says who and which. */
void mark(unsigned count);
/* A process that runs `body` and leaves; its id in our process namespace. */
pid_t launch(void (*body)(void));
/* Forks a process with an id that was used before, if nobody else has it. */
pid_t launch_as(pid_t tgid, void (*body)(void));
void await_child(pid_t child);
void in_thread(void (*body)(void));
/* The leader ends, its threads stay. */
_Noreturn void leader_leaves(void);
void await_leader_gone(void);
void await_reparented(void);
_Noreturn void leave(void);

/* The program to execute: `fd` alone, or `path`. `then` is what the image does: see main.c. */
struct image {
	const char *path;
	int fd;
	const char *exe;
	const char *then;
	bool unlinked;
};
_Noreturn void become(const struct image *image);
int copy_executable(const char *path, int flags);
void copy_to(int fd);

/* Alive before the trace: waits for it. */
void traced(void);
/* One of those that are alive at once: waits until all are. */
void stand(void);
/* After all stand: opens, a fork, an exec, the end. */
_Noreturn void finish(void);
/* Does all of it except the exec. */
_Noreturn void finish_in_place(void);
/* stand, then finish */
void stand_and_finish(void);
_Noreturn void finish_image(void);

struct shape {
	const char *name;
	/* of a tree's root, which is followed or a decoy */
	void (*root)(bool followed);
	/* processes that wait for the trace, and that stand */
	unsigned waiting, standing;
};
/* Ends with a row without a name. */
extern const struct shape shapes[], binary_shapes[], alive_shapes[];
/* The root takes the name that is followed, or not, and is seen with it. */
void root_begin(bool followed);
/* … and stands, while a process that it launches runs `body`. */
_Noreturn void root_with(bool followed, void (*body)(void));

#endif
