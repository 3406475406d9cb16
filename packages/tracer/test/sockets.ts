/** For `act`: addresses, and sockets bound to a port that the kernel chooses. */
export const sockets = `
static struct sockaddr_in v4(const char *address, int port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &name.sin_addr);
	return name;
}

__attribute__((unused)) static struct sockaddr_in6 v6(const char *address, int port)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, address, &name.sin6_addr);
	return name;
}

__attribute__((unused)) static int port_of(int fd)
{
	struct sockaddr_in6 name;
	socklen_t length = sizeof(name);

	must(getsockname(fd, (void *)&name, &length));
	return ntohs(name.sin6_port);
}

__attribute__((unused)) static int listener_on(const char *address)
{
	struct sockaddr_in name = v4(address, 0);
	int fd = must(socket(AF_INET, SOCK_STREAM, 0));

	must(bind(fd, (void *)&name, sizeof(name)));
	must(listen(fd, 5));
	return fd;
}

__attribute__((unused)) static int listener(void)
{
	return listener_on("127.0.0.1");
}

/* With \`length\` bytes of \`path\`. */
__attribute__((unused)) static socklen_t unix_name(struct sockaddr_un *name, const void *path, size_t length)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, path, length);
	return offsetof(struct sockaddr_un, sun_path) + length;
}
`;
