import { describe, expect, test } from 'vitest';
import { targetOf } from '../../../src/actors/response/targets.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';

describe('the file an alert is about', () => {
  const fileOf = (exe: string) => targetOf('quarantine_file', sampleAlert({ entities: { process: { ...sampleProcess(), exe, exeDev: 5, exeIno: 6 } } }));

  test('is the program of the process, as it was identified, where it names none itself', () => {
    expect(fileOf('/tmp/.x/miner')).toEqual({ kind: 'file', file: { path: '/tmp/.x/miner', dev: 5, ino: 6 } });
    expect(fileOf('/usr/local/bin/dropped')).toMatchObject({ kind: 'file' });
    const named = sampleAlert({ entities: { process: { ...sampleProcess(), exe: '/tmp/a' }, file: { path: '/tmp/b' } } });
    expect(targetOf('quarantine_file', named)).toEqual({ kind: 'file', file: { path: '/tmp/b' } });
  });

  test.each(['/usr/bin/bash', '/bin/sh', '/sbin/init', '/lib64/ld-linux-x86-64.so.2', '/usr/lib/jvm/java', '/tmp/gone (deleted)', 'memfd:x', ''])(
    'is not %j: a program of the system, or none',
    (exe) => {
      expect(fileOf(exe)).toEqual({ kind: 'none', wanted: 'file' });
    },
  );
});

describe('the account an alert is about', () => {
  const accountOf = (type: string) => targetOf('disable_user', sampleAlert({ type, entities: { ip: '203.0.113.7', user: 'alice' } }));

  test('is the one that was logged in to', () => {
    expect(accountOf('post_bruteforce_login')).toEqual({ kind: 'user', user: 'alice' });
  });

  test.each(['brute_force', 'credential_stuffing', 'password_spray', 'lockout_violation', 'mfa_bypass', 'mfa_fatigue'])(
    'is nobody when it was only tried (%s)',
    (type) => {
      expect(accountOf(type)).toMatchObject({ kind: 'none' });
    },
  );
});
