/** Messages of name servers, and sockets for them in C. */

export interface AnswerRecord {
  readonly name: string;
  readonly type: 'A' | 'CNAME';
  readonly value: string;
}

export interface Answer {
  readonly id?: number;
  readonly name: string;
  /** Bits of the second word of the message. Default: an answer without an error. */
  readonly flags?: number;
  readonly answers?: readonly AnswerRecord[];
}

const types = { A: 1, CNAME: 5 };

/** Returns the bytes of an answer to a question for an address. */
export function answerOf({ id = 1, name, flags = 0x8180, answers = [] }: Answer): Buffer {
  const records = answers.map(({ name: owner, type, value }) => {
    const data = type === 'A' ? Buffer.from(value.split('.').map(Number)) : nameBytes(value);
    return Buffer.concat([nameBytes(owner), words(types[type], 1, 0, 300, data.length), data]);
  });
  return Buffer.concat([
    words(id, flags, 1, answers.length, 0, 0),
    nameBytes(name),
    words(types.A, 1),
    ...records,
  ]);
}

/** The bytes as a string of C. */
export const inC = (bytes: Uint8Array): string =>
  `"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}", ${bytes.length}`;

/** Puts the length before a message, as TCP needs it. */
export const onStream = (message: Uint8Array): Buffer => Buffer.concat([words(message.length), message]);

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(2 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt16BE(number, 2 * index);
  return bytes;
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')])),
    Buffer.of(0),
  ]);

/**
 * For `act`, behind `sockets`: a network of the program's own, and sockets of a name server and its
 * client.
 */
export const nameServer = `
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

/* Port 53 may be in use on this machine. */
__attribute__((unused)) static void own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	must(unshare(CLONE_NEWNET));
	fd = must(socket(AF_INET, SOCK_DGRAM, 0));
	must(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

static int server, client;
static struct sockaddr_in server_name, client_name;

/* A client that is connected to its server, with nothing sent yet. */
__attribute__((unused)) static void open_server(int type)
{
	socklen_t length = sizeof(client_name);
	int listening = must(socket(AF_INET, type, 0));

	server_name = v4("127.0.0.53", 53);
	must(setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)));
	must(bind(listening, (void *)&server_name, sizeof(server_name)));
	if (type == SOCK_STREAM)
		must(listen(listening, 1));
	client = must(socket(AF_INET, type, 0));
	must(connect(client, (void *)&server_name, sizeof(server_name)));
	must(getsockname(client, (void *)&client_name, &length));
	server = type == SOCK_STREAM ? must(accept(listening, NULL, NULL)) : listening;
}

/* Sends bytes from the server to the client. */
__attribute__((unused)) static void answer(const char *bytes, size_t length)
{
	socklen_t name = sizeof(client_name);
	int type;

	must(getsockopt(server, SOL_SOCKET, SO_TYPE, &type, &(socklen_t){ sizeof(type) }));
	if (type == SOCK_STREAM)
		must(send(server, bytes, length, 0));
	else
		must(sendto(server, bytes, length, 0, (void *)&client_name, name));
}
`;

/** For `act`, behind `nameServer`: the buffer of the client, and questions that it sends. */
export const asking = `
static char buffer[65536];

/* Sends a question of this id, so that its answer has a latency. */
__attribute__((unused)) static void ask(unsigned id)
{
	char question[12] = { id >> 8, id };

	must(send(client, question, sizeof(question), 0));
	must(recv(server, buffer, sizeof(buffer), 0));
}
`;

/** A statement of C by which the client receives an answer. */
export const receive = 'must(recv(client, buffer, sizeof(buffer), 0));';

/** An answer that gives a name an address. */
export const addressOf = (name: string, id = 1): Buffer =>
  answerOf({ id, name, answers: [{ name, type: 'A', value: '192.0.2.1' }] });
/** The data of the event of such an answer. */
export const factsOf = (name: string) => ({ name, type: 'A', code: 'NOERROR', answers: ['A 192.0.2.1'] });

/** The server, as an event describes it. */
export const serverFacts = { family: 'inet', address: '127.0.0.53', port: 53, transport: 'udp' };
