import { networkInterfaces } from 'node:os';
import { canonicalIp } from '../../domain/ip.ts';
import { systemCommand } from '../command.ts';
import { runProgram } from '../run-program.ts';

/** Canonical addresses of this host, IPv4 and IPv6, loopback included. */
export const ownAddresses = async (netns: string | undefined): Promise<readonly string[]> => {
  if (netns === undefined) {
    const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    return unique(all.map((entry) => entry.address));
  }
  const output = await runProgram(systemCommand('ip', ['-o', 'addr', 'show'], netns));
  return unique([...output.stdout.matchAll(/ inet6? ([0-9a-f.:]+)\//g)].map((match) => match[1] ?? ''));
};

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts.map(canonicalIp).filter((address) => address !== undefined))];
