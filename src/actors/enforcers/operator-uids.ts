import type { Host, OperatorEndpoints } from '../../domain/host.ts';

/** Users behind the operators' sessions now: whom their processes run as, and who logged in before changing to another user. */
export const operatorUids = async (host: Host, operators: OperatorEndpoints): Promise<readonly number[]> => {
  const members = await Promise.all(operators.sessionPids.map((pid) => host.call('process.inspect', { pid })));
  return [...new Set(members.flatMap(({ process }) => [process?.uid, process?.loginUid]).filter((uid) => uid !== undefined))];
};
