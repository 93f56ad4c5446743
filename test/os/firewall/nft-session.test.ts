import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNetns, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

test.skipIf(skipsWithout(whyNoNetns(), 'nft sessions'))('a program that does nothing but change the firewall ends in order', () => {
  const namespace = createNetns('osn');
  try {
    const firewall = JSON.stringify(join(import.meta.dirname, '../../../src/os/firewall/firewall.ts'));
    const script = `
      import { createFirewall } from ${firewall};
      const firewall = createFirewall({ netns: ${JSON.stringify(namespace.name)} });
      await firewall.ensure({});
      await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
      await firewall.close();
      console.log('closed');`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
  } finally {
    namespace.remove();
  }
});
