import { expect } from 'vitest';
import { z } from 'zod';
import { runtimeWatcher } from '../../src/actors/modules/runtime_watcher/detect.ts';
import { transientFile } from '../../src/actors/modules/runtime_watcher/file-events.ts';
import { isSensitiveTarget } from '../../src/actors/modules/runtime_watcher/judge-link.ts';
import { toSafe } from '../../src/domain/safe-text.ts';
import { describeVectors } from '../kit/vectors.ts';

const fileInput = z.object({ path: z.string(), change: z.string() });
const cutInput = z.object({ s: z.string(), max: z.number() });

describeVectors({
  file: 'runtime_watcher',
  definition: runtimeWatcher,
  decisions: {
    'derived/CRON line from syslog': { why: 'a log line of a job that ran is not a new job', expect: { alert: false, types: [] } },
    'derived/missed path /etc/systemd/system/evil.service': {
      why: 'units are a way to stay',
      expect: { alert: true, types: ['sensitive_file_change'], min_severity: 'HIGH' },
    },
    'derived/missed path /usr/bin/sudo': {
      why: 'a program that gives rights',
      expect: { alert: true, types: ['sensitive_file_change'], min_severity: 'CRITICAL' },
    },
    'derived/missed path /etc/rc.local': { why: 'runs at boot', expect: { alert: true, types: ['sensitive_file_change'], min_severity: 'HIGH' } },
    'derived/noisy path /home/dev/app/.idea/workspace.xml': { why: 'housekeeping of an editor', expect: { alert: false, types: [] } },
    'derived/noisy path /home/dev/app/.git/config': { why: 'housekeeping of a repository', expect: { alert: false, types: [] } },
    'derived/shared library upgrade': { why: 'the extension counts only in scratch folders', expect: { alert: false, types: [] } },
    'derived/ELF without extension': {
      why: 'named like a kernel thread, in a scratch folder',
      expect: { alert: true, types: ['suspicious_file'], min_severity: 'HIGH' },
    },
    'derived/reverse shell missed: python double quotes': {
      why: 'quotes are read, not matched',
      expect: { alert: true, types: ['reverse_shell'], min_severity: 'CRITICAL' },
    },
    'derived/reverse shell missed: perl without quotes': {
      why: 'arguments joined without quotes are understood too',
      expect: { alert: true, types: ['reverse_shell'], min_severity: 'CRITICAL' },
    },
    'derived/reverse shell missed: nc with trailing -e': {
      why: 'options may follow the host',
      expect: { alert: true, types: ['reverse_shell'], min_severity: 'CRITICAL' },
    },
    'derived/npm run script': { why: 'application runtimes start shells all day', expect: { alert: false, types: [] } },
    'derived/shell child of php-fpm8.2': {
      why: 'the version is not part of the name',
      expect: { alert: true, types: ['suspicious_process'], min_severity: 'HIGH' },
    },
    'derived/attack tool by full path': {
      why: 'the base name counts; a scan of a whole network is named as what it is',
      expect: { alert: true, types: ['network_scan'], min_severity: 'HIGH' },
    },
    'derived/LD_PRELOAD from /dev/shm': {
      why: 'each entry is judged by itself',
      expect: { alert: true, types: ['library_path_hijack'], min_severity: 'HIGH' },
    },
    'derived/PYTHONPATH in tests': { why: 'a folder of the project', expect: { alert: false, types: [] } },
    'derived/ordinary symlink on Linux': { why: 'a link is judged by what it leads to', expect: { alert: false, types: [] } },
    'derived/benign container event with proc_mount': { why: 'whole words, not parts of them', expect: { alert: false, types: [] } },
    'derived/powershell_exec of anything': { why: 'the command decides', expect: { alert: false, types: [] } },
    'fn/truncate long': { why: 'one character marks the cut', result: 'hello…' },
    'fn/realtime script in /tmp': { why: 'compared as words', result: { types: ['realtime_transient_exec'], severity: 'HIGH' } },
    'fn/derived/realtime text file in /tmp': { why: 'a text file is nothing, and nothing else is raised for it', result: null },
    'fn/derived/realtime screencap in /tmp': { why: 'whole words of a name', result: null },
  },
  functions: {
    truncate: (input) => {
      const { s, max } = cutInput.parse(input);
      return toSafe(s, max);
    },
    isSensitiveCmdTarget: (input) => isSensitiveTarget(z.string().parse(input)),
    classifyRealtimeFileChange: (input) => {
      const { path, change } = fileInput.parse(input);
      const found = transientFile(path, change);
      return found === undefined ? null : { type: found.type, severity: found.severity };
    },
    emitFileChange: (input) => {
      const { path, change } = fileInput.parse(input);
      const found = transientFile(path, change);
      return { types: found === undefined ? [] : [found.type], severity: found?.severity };
    },
  },
  checkMore: (raised, expected) => {
    const technique = expected['technique'];
    if (typeof technique === 'string')
      expect(
        raised.some((finding) => finding.title.includes(technique)),
        technique,
      ).toBe(true);
  },
});
