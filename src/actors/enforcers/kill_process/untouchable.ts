import process from 'node:process';
import type { ProcessRef } from '../../../domain/entity.ts';
import type { Host } from '../../../domain/host.ts';
import { packageManagerOf } from '../../../domain/package-manager.ts';

/** Why a process must not be stopped or ended, or undefined. */
export type Untouchable = (candidate: ProcessRef) => string | undefined;

/** Collects now what must not be hit: init, kernel threads, this program and what it runs under, sshd, the operators' sessions, package managers at work. */
export const collectUntouchable = async (host: Host): Promise<Untouchable> => {
  const [operators, self] = await Promise.all([host.call('operators', {}), host.call('process.inspect', { pid: process.pid })]);
  const listeners = new Set(operators.sshdListeners);
  const sessions = new Set(operators.sessionPids);
  const own = new Set([process.pid, ...(self.process?.ancestors ?? []).map((ancestor) => ancestor.pid)]);
  return (candidate) => {
    if (candidate.pid <= 1) return 'process 1 is never touched';
    if (candidate.pid === KERNEL_THREADS_PARENT || candidate.exe === '') return `process ${candidate.pid} is a kernel thread`;
    if (own.has(candidate.pid)) return `process ${candidate.pid} is 1-SEC itself, or what it runs under`;
    if (listeners.has(candidate.pid)) return `process ${candidate.pid} is the SSH server`;
    if (sessions.has(candidate.pid)) return `process ${candidate.pid} belongs to an operator's session`;
    const manager = packageManagerOf(candidate);
    if (manager !== undefined) return `process ${candidate.pid} is a package manager at work (${manager}): ended half-way, it leaves the system half installed`;
    return undefined;
  };
};

const KERNEL_THREADS_PARENT = 2;
