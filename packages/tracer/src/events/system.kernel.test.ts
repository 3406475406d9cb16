import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

describe('mount', () => {
  /** Mounts are made in a namespace of the program's own. */
  const before = `
static void own_namespace(void)
{
	must(unshare(CLONE_NEWNS));
	must(syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}`;

  it('reports the arguments of mount(), and failures', async () => {
    const { data, lines, folder } = await act({
      kinds: ['mount'],
      before,
      main: `
        own_namespace();
        must(mkdir("d", 0755));
        must(mkdir(HOSTILE, 0755));
        must(mount("any", "d", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"));
        must(mount("d", HOSTILE, NULL, MS_BIND, NULL));
        must(mount(NULL, HOSTILE, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
        mount("x", "missing", "tmpfs", 0, NULL);
        mount("x", "/", "no\\nsuch", 0, NULL);
        mount("x", long_path("d", 4096), "tmpfs", 0, NULL);
        mount((char *)1, "d", (char *)1, 0, NULL);`,
    });
    expect(data.slice(0, 6)).toEqual([
      { call: 'mount', path: '/', root: '/', flags: 'MS_REC|MS_PRIVATE' },
      {
        call: 'mount',
        path: 'd',
        directory: folder,
        source: 'any',
        type: 'tmpfs',
        flags: 'MS_NOSUID|MS_NODEV',
      },
      {
        call: 'mount',
        path: hostile.text,
        pathRaw: hostile.hex,
        directory: folder,
        source: 'd',
        flags: 'MS_BIND',
      },
      expect.objectContaining({ path: hostile.text, flags: 'MS_RDONLY|MS_REMOUNT|MS_BIND' }),
      { call: 'mount', path: 'missing', directory: folder, source: 'x', type: 'tmpfs', error: 'ENOENT' },
      { call: 'mount', path: '/', root: '/', source: 'x', type: 'no\nsuch', error: 'ENODEV' },
    ]);
    expect(data[6]).toMatchObject({ pathTruncated: true, error: 'ENAMETOOLONG' });
    expect(data[7]).toMatchObject({ path: 'd', sourceTruncated: true, typeTruncated: true, error: 'EFAULT' });
    for (const { flags } of lines) expect(flags).toContain('user-memory');
  });

  it('reports the mount of fsmount() and move_mount()', async () => {
    const { data, lines, folder } = await act({
      kinds: ['mount'],
      before,
      main: `
        own_namespace();
        must(mkdir(HOSTILE, 0755));
        int context = must(syscall(SYS_fsopen, "tmpfs", 0));
        must(syscall(SYS_fsconfig, context, 1, "source", "the source", 0));
        must(syscall(SYS_fsconfig, context, 6, NULL, NULL, 0));
        int made = must(syscall(SYS_fsmount, context, 0, 0));
        must(syscall(SYS_move_mount, made, "", AT_FDCWD, HOSTILE, 4));
        must(mkdir("other", 0755));
        must(syscall(SYS_move_mount, AT_FDCWD, HOSTILE, AT_FDCWD, "other", 0));
        syscall(SYS_move_mount, made, "", AT_FDCWD, "missing", 4);
        syscall(SYS_move_mount, 999, "", AT_FDCWD, "other", 4);`,
    });
    const [, moved, again, missing, bad] = data;
    expect(moved).toMatchObject({
      call: 'move_mount',
      path: `${folder}/${hostile.text}`,
      source: 'the source',
      type: 'tmpfs',
      flags: 'MOVE_MOUNT_F_EMPTY_PATH',
    });
    expect(moved).not.toHaveProperty('error');
    expect(again).toEqual({
      call: 'move_mount',
      path: 'other',
      directory: folder,
      source: hostile.text,
      sourceRaw: hostile.hex,
    });
    expect(missing).toMatchObject({ path: 'missing', error: 'ENOENT' });
    expect(bad).toMatchObject({ path: 'other', error: 'EBADF' });
    expect(fromUserMemory(lines)).toEqual([0, 2, 3, 4]);
  });
});

describe('module-load', () => {
  it('reports failures with the resolved file, the image, and hostile parameters', async () => {
    const { data, folder } = await act({
      kinds: ['module-load'],
      main: `
        int fd = must(open("act.c", O_RDONLY));
        syscall(SYS_finit_module, fd, "a=" HOSTILE, 2);
        syscall(SYS_finit_module, 999, "", 0);
        syscall(SYS_init_module, "no image", 8, "");`,
    });
    // ENOSYS where the kernel takes no modules at all.
    const error = expect.stringMatching(/^(ENOSYS|ENOEXEC)$/);
    expect(data).toEqual([
      {
        path: `${folder}/act.c`,
        parameters: `a=${hostile.text}`,
        parametersRaw: `613d${hostile.hex}`,
        flags: 'MODULE_INIT_IGNORE_VERMAGIC',
        error,
      },
      { error: expect.stringMatching(/^(ENOSYS|EBADF)$/) },
      { imageSize: '8', error },
    ]);
  });
});

describe('bpf', () => {
  it('reports maps, programs, other commands, and failures', async () => {
    const { data, lines, told } = await act({
      kinds: ['bpf'],
      before: `
static int command(int number, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, number, attributes, sizeof(*attributes));
}

static unsigned id_of(int fd)
{
	/* struct bpf_map_info and bpf_prog_info: type, then id. */
	unsigned info[64] = { 0 };
	/*
	 * Static, all of them: of another the bytes behind the member that is set need not be zero, as
	 * the kernel wants them.
	 */
	static union bpf_attr attributes;

	attributes.info.bpf_fd = fd;
	attributes.info.info_len = sizeof(info);
	attributes.info.info = (long)info;
	must(command(BPF_OBJ_GET_INFO_BY_FD, &attributes));
	return info[1];
}`,
      main: `
        static union bpf_attr map = {
          .map_type = BPF_MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 8, .max_entries = 4, .map_name = "a_map",
        };
        struct bpf_insn code[] = { { .code = 0xb7 }, { .code = 0x95 } };
        static union bpf_attr program = {
          .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insn_cnt = 2, .prog_name = "a_program",
        };
        program.insns = (long)code;
        program.license = (long)"x";
        tell("%u", id_of(must(command(BPF_MAP_CREATE, &map))));
        tell("%u", id_of(must(command(BPF_PROG_LOAD, &program))));
        program.insn_cnt = 1;
        command(BPF_PROG_LOAD, &program);
        map.max_entries = 0;
        memcpy(map.map_name, "\\n\\033\\xff", 4);
        command(BPF_MAP_CREATE, &map);
        command(9999, &map);`,
    });
    const [mapId, programId] = told.map(Number);
    expect(data).toEqual([
      { command: 'BPF_MAP_CREATE', result: 3, type: 'lru_hash', name: 'a_map', id: mapId },
      { command: 'BPF_OBJ_GET_INFO_BY_FD', result: 0 },
      { command: 'BPF_PROG_LOAD', result: 4, type: 'raw_tracepoint', name: 'a_program', id: programId },
      { command: 'BPF_OBJ_GET_INFO_BY_FD', result: 0 },
      { command: 'BPF_PROG_LOAD', type: 'raw_tracepoint', name: 'a_program', error: 'EINVAL' },
      {
        command: 'BPF_MAP_CREATE',
        type: 'lru_hash',
        name: '\n\u001b\ufffd',
        nameRaw: '0a1bff',
        error: 'EINVAL',
      },
      { command: '9999', error: 'EINVAL' },
    ]);
    expect(fromUserMemory(lines)).toEqual([4, 5]);
  });
});
