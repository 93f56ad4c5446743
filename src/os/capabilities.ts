import { readText } from './process/read-process.ts';

// include/uapi/linux/capability.h
export const CAPABILITY = { CAP_DAC_READ_SEARCH: 2, CAP_KILL: 5, CAP_NET_ADMIN: 12, CAP_SYS_PTRACE: 19 } as const;

/** Whether this process holds a capability in its effective set. */
export const hasCapability = (bit: number): boolean => capabilityIn(readText('/proc/self/status') ?? '', bit);

/** Whether the CapEff line of a /proc/<pid>/status text has this bit. */
export const capabilityIn = (status: string, bit: number): boolean => {
  const hex = /^CapEff:\s*([0-9a-f]{1,32})$/m.exec(status)?.[1];
  return hex !== undefined && ((BigInt(`0x${hex}`) >> BigInt(bit)) & 1n) === 1n;
};
