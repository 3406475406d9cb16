/*
 * Kernel types of what a file descriptor can stand for, and of what few events look at. See
 * kernel.h, which includes this.
 */
#ifndef SPOOR_LIB_KERNEL_OBJECTS_H
#define SPOOR_LIB_KERNEL_OBJECTS_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	__u8 bytes[16];
};

typedef struct { struct net *net; } possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	/* CONFIG_NET_NS */
	possible_net_t skc_net;
};

struct socket;

struct sock {
	struct sock_common __sk_common;
	int sk_err;
	__u16 sk_type;
	struct socket *sk_socket;
};

struct tcp_sock {
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_retrans;
};

/* Without a name, as in the kernel: relocation takes no number for an enumeration. */
typedef enum { SS_CONNECTING = 2 } socket_state;

struct msghdr {
	void *msg_name;
};

struct socket {
	socket_state state;
	struct file *file;
	struct sock *sk;
};

struct sockaddr_un {
	char sun_path[0];
};

struct unix_address {
	int len;
	/* not right behind the length before 5.16 */
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};

union __sifields {
	struct {
		void *_addr;
	} _sigfault;
	struct {
		int _syscall;
	} _sigsys;
};

struct kernel_siginfo {
	int si_signo;
	int si_code;
	union __sifields _sifields;
};

struct sigqueue {
	struct list_head list;
	struct kernel_siginfo info;
};

/*
 * The calls that a filter, and those before it, allow whatever their arguments are: a bit each.
 * Since 5.11.
 */
struct action_cache {
	unsigned long allow_native[1];
	unsigned long allow_compat[1];
};

struct seccomp_filter {
	struct action_cache cache;
};

struct bpf_prog_aux {
	__u32 id;
	char name[16];
};

struct bpf_prog {
	enum bpf_prog_type type;
	struct bpf_prog_aux *aux;
};

struct bpf_map {
	enum bpf_map_type map_type;
	__u32 id;
	char name[16];
};

struct io_ring_ctx {
	unsigned int flags;
	unsigned int sq_entries;
};

struct io_kiocb {
	struct file *file;
	__u8 opcode;
	/* 64 bits since 6.9; the low ones are IOSQE_ flags */
	__u32 flags;
	struct io_ring_ctx *ctx;
};

struct io_cqe {
	__u64 user_data;
	__s32 res;
	int fd;
};

/* A name that the kernel has copied from its caller. */
struct filename {
	const char *name;
};

struct open_how {
	__u64 flags;
	__u64 mode;
	__u64 resolve;
};

/* The arguments of a request. They begin where the request does (io_kiocb_to_cmd). */
struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};

struct io_rename {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_mkdir {
	int dfd;
	__u16 mode;
	struct filename *filename;
};

/* Since 5.19. */
struct io_kiocb___cqe {
	struct io_cqe cqe;
};

struct perf_event_attr {
	__u32 type;
	__u64 config;
};

struct perf_event {
	struct perf_event_attr attr;
	/* as the caller gave it, since 5.13 */
	__u32 orig_type;
};

struct module {
	char name[56];
};

#pragma clang attribute pop

#endif
