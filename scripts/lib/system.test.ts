import { describe, expect, test } from 'vitest';
import { familyOf, installCommands, requirementsOf } from './system.mjs';

const requirements = requirementsOf(false);
const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';
const mint = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n';
const rocky = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n';

describe('the commands that install what is missing', () => {
  test('Debian as a plain user', () => {
    expect(installCommands(requirements, debian, false)).toEqual([
      'sudo apt-get update',
      'sudo apt-get install -y --no-install-recommends clang llvm lld libbpf-dev libbpf1 bpftool',
    ]);
  });

  test('only what is missing, and no sudo for root', () => {
    expect(installCommands(requirements.slice(0, 1), debian, true)).toEqual([
      'apt-get update',
      'apt-get install -y --no-install-recommends clang',
    ]);
  });

  test('tools for continuous integration alone', () => {
    expect(installCommands(requirementsOf(true), debian, true)[1]).toBe(
      'apt-get install -y --no-install-recommends clang llvm lld libbpf-dev libbpf1 bpftool g++ make python3 less vim-tiny openssh-client btrfs-progs git',
    );
  });

  test('a relative of Debian or of Red Hat by ID_LIKE', () => {
    expect(familyOf(mint)?.tool).toBe('apt');
    expect(installCommands(requirements, rocky, false)).toEqual([
      'sudo dnf install clang llvm lld libbpf-devel libbpf bpftool',
    ]);
  });

  test('one name where two needs are in one package', () => {
    expect(installCommands(requirements, 'ID=arch\n', false)).toEqual([
      'sudo pacman -S --needed clang llvm lld libbpf bpf',
    ]);
  });

  test('none for a system that we do not know', () => {
    expect(installCommands(requirements, 'ID=nixos\n', true)).toEqual([]);
  });
});
