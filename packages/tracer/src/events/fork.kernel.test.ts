import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** For `act`: starts a child by the flags, waits for it, and tells its id. */
const before = `
static char stack[65536];
static int ends(void *given) { return 0; }

__attribute__((unused)) static void child(int flags)
{
	int pid = must(clone(ends, stack + sizeof(stack), flags | SIGCHLD, NULL));

	tell("%d", pid);
	must(waitpid(pid, NULL, 0));
}
`;

/** The namespaces of each child, in order. */
async function namespacesOf(main: string) {
  const { data, told } = await act({ kinds: ['fork'], before, main });
  return told.map((pid) => data.find(({ childTgid }) => childTgid === Number(pid))!['namespaces']);
}

it('fork: tells the namespaces that a child has and its parent has not', async () => {
  const found = await namespacesOf(`
      child(0);
      child(CLONE_NEWUTS);
      child(CLONE_NEWPID | CLONE_NEWNET);
      child(CLONE_NEWUSER);
      child(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET);`);
  expect(found).toEqual([
    undefined,
    'CLONE_NEWUTS',
    'CLONE_NEWPID|CLONE_NEWNET',
    'CLONE_NEWUSER',
    'CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET',
  ]);
});

it('fork: tells the namespaces that the process made for its children, and no others', async () => {
  // A pid namespace takes processes for as long as its first one lives.
  const found = await namespacesOf(`
      must(unshare(CLONE_NEWUTS));
      child(0);
      must(unshare(CLONE_NEWPID));
      child(0);`);
  expect(found).toEqual([undefined, 'CLONE_NEWPID']);
});

it('fork: conditions ask for them', async () => {
  const { lines } = await act({
    kinds: ['fork'],
    options: { scopes: ['user: fork.namespaces=CLONE_NEWUSER'] },
    before,
    main: 'child(0); child(CLONE_NEWUSER);',
  });
  const found = lines.filter(({ scopes }) => scopes.includes('user'));
  expect(found.map(({ data }) => data['namespaces'])).toEqual(['CLONE_NEWUSER']);
});
