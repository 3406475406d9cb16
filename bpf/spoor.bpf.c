#include "programs/exec.h"
#include "programs/exec_failed.h"
#include "programs/process.h"
#include "programs/snapshot.h"
/*
 * A trace of fork, exec and exit alone is loaded without the rest, and without filters if it has
 * none: libbpf looks up every type that any function names.
 */
#ifndef SPOOR_LEAN
#include "programs/committed.h"
#include "programs/dns.h"
#include "programs/io_uring.h"
#include "programs/kill.h"
#include "programs/module.h"
#include "programs/signal.h"
#include "programs/syscall.h"
#include "programs/write.h"
#endif

/*
 * Types that only ring records have: a ring map carries no value type, so an unused variable keeps
 * each in the BTF.
 */
#define ANCHOR(number, NAME, name, ring) struct name##_event *anchor_##name SEC(".btf_anchor") __attribute__((unused));
#ifdef SPOOR_LEAN
#define ANCHOR_OF_SYSCALL(number, NAME, name, ring)
#else
#define ANCHOR_OF_SYSCALL ANCHOR
#endif
FOR_EACH_EVENT(ANCHOR, ANCHOR_OF_SYSCALL)
enum event_flag *anchor_event_flag SEC(".btf_anchor") __attribute__((unused));
enum origin *anchor_origin SEC(".btf_anchor") __attribute__((unused));
enum event_kind *anchor_event_kind SEC(".btf_anchor") __attribute__((unused));
enum filter_kind *anchor_filter_kind SEC(".btf_anchor") __attribute__((unused));
enum filter_condition *anchor_filter_condition SEC(".btf_anchor") __attribute__((unused));
enum drop_reason *anchor_drop_reason SEC(".btf_anchor") __attribute__((unused));
enum words_place *anchor_words_place SEC(".btf_anchor") __attribute__((unused));
enum proc_flag *anchor_proc_flag SEC(".btf_anchor") __attribute__((unused));

char LICENSE[] SEC("license") = "Dual BSD/GPL";
