/* The object that the example of @spoor/btf reads. */
enum origin { ORIGIN_FORK = 1, ORIGIN_RECOVERED_USER = 5 };

struct proc_info {
	unsigned long long start_time_ns;
	enum origin origin;
	char comm[16] __attribute__((aligned(8)));
} known;
